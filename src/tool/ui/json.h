/* SPDX-License-Identifier: MIT */
/* json: one JSON object a line: begin, members, end. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "base/strbuf.h"

struct json {
	FILE *file;
	size_t n; /* members, or elements, so far */
};

void json_begin(struct json *json, FILE *file);
void json_end(struct json *json);

/* Print a member; an element of an array where NAME is NULL. */
void json_string(struct json *json, const char *name, const char *value); /* NULL: null */
void json_number(struct json *json, const char *name, long long value);
void json_bool(struct json *json, const char *name, bool value);

/* Prints a string, or an array of numbers where the bytes are not text. */
void json_bytes(struct json *json, const char *name, struct bytes value);

/* Print an object or an array within: json_open() NAME and the bracket, json_close(json, ']') its
 * end. */
void json_open(struct json *json, const char *name, char bracket);
void json_close(struct json *json, char bracket);
