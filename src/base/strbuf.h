/* SPDX-License-Identifier: MIT */
/* strbuf: building text in a buffer that cannot overflow. Pure. */
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

static inline struct bytes bytes_of(const char *string)
{
	return (struct bytes){ string, strlen(string) };
}

static inline bool bytes_equal(struct bytes a, struct bytes b)
{
	return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

/* Returns less than, equal to or more than 0, as memcmp(3) does. */
static inline int bytes_compare(struct bytes a, struct bytes b)
{
	const size_t size = a.size < b.size ? a.size : b.size;
	const int order = size > 0 ? memcmp(a.data, b.data, size) : 0;

	return order ? order : (a.size > b.size) - (a.size < b.size);
}

/* Text that does not fit is counted, not written. */
struct strbuf {
	char *data;
	size_t capacity;
	size_t size; /* of the whole text; over capacity: the text was cut */
};

/* Writes the part that fits. TEXT is passed by value, so that callers can keep theirs in registers. */
COLD void strbuf_put_cut(struct strbuf text, struct bytes bytes);

/* Inline, because most sizes are known to the compiler, which copies them in a few instructions. */
static inline void strbuf_put(struct strbuf *text, struct bytes bytes)
{
	if (text->size > text->capacity || bytes.size > text->capacity - text->size)
		strbuf_put_cut(*text, bytes);
	else if (bytes.size > 0)
		memcpy(text->data + text->size, bytes.data, bytes.size);
	text->size += bytes.size;
}

#define strbuf_put_literal(text, literal) \
	strbuf_put(text, (struct bytes){ "" literal, sizeof(literal) - 1 })

static inline void strbuf_put_char(struct strbuf *text, char c)
{
	if (text->size < text->capacity)
		text->data[text->size] = c;
	text->size++;
}

static inline bool strbuf_fits(const struct strbuf *text, size_t size)
{
	return text->size <= text->capacity && size <= text->capacity - text->size;
}

/* Returns where at most SIZE bytes may be written without further checks, or NULL where there is less
 * room. strbuf_end() takes the end of the bytes written. */
static inline char *strbuf_begin(const struct strbuf *text, size_t size)
{
	return LIKELY(strbuf_fits(text, size)) ? text->data + text->size : NULL;
}

static inline void strbuf_end(struct strbuf *text, const char *end)
{
	text->size = (size_t)(end - text->data);
}

enum { DECIMAL_DIGITS_MAX = 20 }; /* of 64 bits */

/* Writes at most DECIMAL_DIGITS_MAX digits; returns their end. */
char *decimal_put(char *at, uint64_t number);

/* The numbers from 00 to 99, two digits each. */
extern const char decimal_pairs[200];

/* Writes a number below 100 as two digits; returns their end. */
static inline char *decimal_put_pair(char *at, unsigned number)
{
	return (char *)memcpy(at, &decimal_pairs[number * 2], 2) + 2;
}

void strbuf_put_string(struct strbuf *text, const char *string);
void strbuf_put_number(struct strbuf *text, uint64_t number);
void strbuf_put_padded(struct strbuf *text, uint64_t number, unsigned digits); /* 007 */
