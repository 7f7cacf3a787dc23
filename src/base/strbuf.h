/* SPDX-License-Identifier: MIT */
/* text: writing into a buffer that cannot overflow. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/compiler.h"

struct bytes {
	const char *data;
	size_t size;
};

/* A place to write to that never overflows: what does not fit is counted, not written. */
struct strbuf {
	char *data;
	size_t capacity;
	size_t size; /* what all of it takes; more than capacity: it was cut */
};

/* Writes the part that fits. By value: a text whose address is never taken stays in registers. */
COLD void strbuf_put_cut(struct strbuf text, struct bytes bytes);

/* Inline: a record is a dozen of these, most of a size that the compiler knows and copies in a few
 * instructions. */
static inline void strbuf_put(struct strbuf *text, struct bytes bytes)
{
	if (text->size > text->capacity || bytes.size > text->capacity - text->size)
		strbuf_put_cut(*text, bytes);
	else if (bytes.size > 0)
		memcpy(text->data + text->size, bytes.data, bytes.size);
	text->size += bytes.size;
}

/* A string literal. */
#define strbuf_put_literal(text, literal) \
	strbuf_put(text, (struct bytes){ "" literal, sizeof(literal) - 1 })

static inline void strbuf_put_char(struct strbuf *text, char c)
{
	if (text->size < text->capacity)
		text->data[text->size] = c;
	text->size++;
}

/* Returns the place to write SIZE bytes to without a look at the room, or NULL: there is less. Then
 * strbuf_end() says how far they went. */
static inline char *strbuf_begin(const struct strbuf *text, size_t size)
{
	return LIKELY(text->size <= text->capacity && size <= text->capacity - text->size)
		       ? text->data + text->size
		       : NULL;
}

static inline void strbuf_end(struct strbuf *text, const char *end)
{
	text->size = (size_t)(end - text->data);
}

enum { DECIMAL_DIGITS_MAX = 20 }; /* of 64 bits */

/* Writes at most DECIMAL_DIGITS_MAX digits; returns their end. */
char *decimal_put(char *at, uint64_t number);

void strbuf_put_string(struct strbuf *text, const char *string);
void strbuf_put_number(struct strbuf *text, uint64_t number);
void strbuf_put_padded(struct strbuf *text, unsigned number, unsigned digits); /* 007 */
