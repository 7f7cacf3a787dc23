/* SPDX-License-Identifier: MIT */
/* json-text: reads an object of JSON (RFC 8259). Pure: no allocation, no numbers, at most JSON_DEPTH_MAX
 * levels. Bytes of strings that are not UTF-8 are left as they are. */
#pragma once

#include <stdbool.h>

#include "base/strbuf.h"

enum { JSON_DEPTH_MAX = 64 };

enum json_type {
	JSON_NULL,
	JSON_BOOL,
	JSON_NUMBER,
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT,
};

/* A value as it stands in the text; a string without its quotes. */
struct json_value {
	enum json_type type;
	struct bytes text;
};

struct json_member {
	struct bytes key; /* without its quotes */
	struct json_value value;
};

/* Returns whether the text is one object, with nothing but blanks behind it, and every rule kept. */
bool json_text_is_object(struct bytes text);

/* Reads the next member of an object; *cursor is first the object itself. Returns false at the end, and
 * where the text breaks the rules. */
bool json_text_next(struct bytes *cursor, struct json_member *ret);

/* Writes what a string says, at most its own size; returns the size. Half a surrogate pair becomes
 * U+FFFD. The string is one that json_text_next() has read. */
size_t json_text_unescape(char *out, struct bytes string);
