/* SPDX-License-Identifier: MIT */
/* escape: hostile bytes -> one line of text. Pure. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "record.h"

/* A place to write to that never overflows: what does not fit is counted, not written. */
struct text {
	char *data;
	size_t capacity;
	size_t size; /* what all of it takes; more than capacity: it was cut */
};

void text_put(struct text *text, struct bytes bytes);
void text_put_string(struct text *text, const char *string);
void text_put_number(struct text *text, uint64_t number);
void text_put_padded(struct text *text, unsigned number, unsigned digits); /* 007 */

/* Control characters, DEL, C1, and what is not valid UTF-8 become \n \t \e \xNN, a backslash \\:
 * one line that neither forges another nor drives a terminal. */
void text_put_escaped(struct text *text, struct bytes bytes);

/* A JSON string with its quotes, as RFC 8259 says; bytes that are not valid UTF-8 are written as
 * the replacement character U+FFFD. */
void text_put_json_string(struct text *text, struct bytes bytes);

/* The value of a PARAM-VALUE of RFC 5424: quote, backslash and bracket get a backslash, bytes as
 * in text_put_escaped() become \\xNN. */
void text_put_sd_value(struct text *text, struct bytes bytes);
