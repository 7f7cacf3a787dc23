/* SPDX-License-Identifier: MIT */
#include "record/format.h"

#include <endian.h>
#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>

#include "base/compiler.h"
#include "base/error.h"

enum {
	SHORT_LITERAL = sizeof(uint64_t), /* bytes: from there on the C library copies */
	EXPANDED_FORMAT_MAX = 512,        /* a longer format with %m is left to vsnprintf(3) */
};

/* ---- The usual directives --------------------------------------------------------------------- */

void strbuf_put_error(struct strbuf *text, unsigned error)
{
	const char *const description = error_describe((int)error);

	if (description) {
		strbuf_put_string(text, description);
		return;
	}
	strbuf_put_literal(text, "Unknown error ");
	strbuf_put_number(text, error);
}

/* Where the text is written. Both stay in registers: most of a log call's time is spent here. */
struct cursor {
	char *at;
	char *end;
};

/* Each of these returns false where there is no room, or only vsnprintf(3) knows the directive. */
static inline bool put_bytes(struct cursor *cursor, const char *bytes, size_t size)
{
	if (size > (size_t)(cursor->end - cursor->at))
		return false;
	cursor->at = mempcpy(cursor->at, bytes, size);
	return true;
}

static inline bool put_char(struct cursor *cursor, char c)
{
	return put_bytes(cursor, &c, 1);
}

static inline bool put_string(struct cursor *cursor, const char *string)
{
	return string ? put_bytes(cursor, string, strlen(string)) : put_bytes(cursor, "(null)", 6);
}

static inline bool put_number(struct cursor *cursor, uint64_t number, bool negative)
{
	if (cursor->end - cursor->at < DECIMAL_DIGITS_MAX + 1)
		return false;
	*cursor->at = '-';
	cursor->at = decimal_put(cursor->at + negative, number);
	return true;
}

static inline bool put_signed(struct cursor *cursor, long long number)
{
	return put_number(cursor, number < 0 ? -(uint64_t)number : (uint64_t)number, number < 0);
}

static bool put_hex(struct cursor *cursor, unsigned long long number)
{
	char digits[2 * sizeof(number)];
	char *at = digits + sizeof(digits);

	do {
		*--at = "0123456789abcdef"[number % 16];
		number /= 16;
	} while (number > 0);
	return put_bytes(cursor, at, (size_t)(digits + sizeof(digits) - at));
}

static bool put_error(struct cursor *cursor, int error)
{
	struct strbuf text = { cursor->at, (size_t)(cursor->end - cursor->at), 0 };

	strbuf_put_error(&text, (unsigned)error);
	if (text.size > text.capacity)
		return false;
	cursor->at += text.size;
	return true;
}

/* A va_list as a parameter may be an array, and then there is no pointer to it. */
struct arguments {
	va_list ap;
};

static bool put_long(struct cursor *cursor, char conversion, struct arguments *arguments)
{
	switch (conversion) {
	case 'd':
	case 'i':
		return put_signed(cursor, va_arg(arguments->ap, long));
	case 'u':
		return put_number(cursor, va_arg(arguments->ap, unsigned long), false);
	case 'x':
		return put_hex(cursor, va_arg(arguments->ap, unsigned long));
	default:
		return false;
	}
}

/* Where long long and size_t have the size of long they are passed as long; elsewhere vsnprintf(3)
 * formats them. */
static const char *skip_length(const char *at)
{
	if (*at == 'z')
		return sizeof(size_t) == sizeof(long) ? at + 1 : NULL;
	if (at[0] == 'l' && at[1] == 'l')
		return sizeof(long long) == sizeof(long) ? at + 2 : NULL;
	return *at == 'l' ? at + 1 : NULL;
}

/* All directives but %s and %d, which most messages have. */
static __attribute__((__noinline__)) bool put_other(struct cursor *cursor, const char **at,
						    struct arguments *arguments, int error)
{
	const char *const conversion = skip_length(*at);

	if (conversion) {
		*at = conversion;
		return put_long(cursor, *conversion, arguments);
	}
	switch (**at) {
	case 'i':
		return put_signed(cursor, va_arg(arguments->ap, int));
	case 'u':
		return put_number(cursor, va_arg(arguments->ap, unsigned), false);
	case 'x':
		return put_hex(cursor, va_arg(arguments->ap, unsigned));
	case 'c':
		return put_char(cursor, (char)va_arg(arguments->ap, int));
	case 'm':
		return put_error(cursor, error);
	case '%':
		return put_char(cursor, '%');
	default:
		return false;
	}
}

/* The cursor and the place in the format stay in registers: put_other() gets a copy of them. */
static inline ALWAYS_INLINE bool put_directive(struct cursor *cursor, const char **at,
					       struct arguments *arguments, int error)
{
	struct cursor copy = *cursor;
	const char *conversion = *at;
	bool done;

	if (*conversion == 's')
		return put_string(cursor, va_arg(arguments->ap, const char *));
	if (*conversion == 'd')
		return put_signed(cursor, va_arg(arguments->ap, int));
	done = put_other(&copy, &conversion, arguments, error);
	cursor->at = copy.at;
	*at = conversion;
	return done;
}

/* The bytes that a literal of a format ends before. */
static const bool ends_literal[UCHAR_MAX + 1] = { ['\0'] = true, ['%'] = true };

/* Writes what stands before the next directive or the end, which *fmt then points to. Mostly that is
 * a word: the C library's functions cost more than its bytes, and so would a store for each. */
static inline ALWAYS_INLINE bool put_literal(struct cursor *cursor, const char **fmt)
{
	const char *const from = *fmt;
	uint64_t word = 0;

	if (LIKELY(cursor->end - cursor->at >= SHORT_LITERAL)) {
		UNROLL(8)
		for (size_t i = 0; i < SHORT_LITERAL; i++) {
			const unsigned char byte = (unsigned char)from[i];

			if (ends_literal[byte]) {
				word = htole64(word);
				memcpy(cursor->at, &word, SHORT_LITERAL);
				cursor->at += i;
				*fmt = from + i;
				return true;
			}
			word |= (uint64_t)byte << 8 * i;
		}
	}
	*fmt = strchrnul(from, '%');
	return put_bytes(cursor, from, (size_t)(*fmt - from));
}

static inline ALWAYS_INLINE bool put_all(struct cursor *cursor, const char *fmt,
					 struct arguments *arguments, int error)
{
	for (;; fmt++) {
		if (!put_literal(cursor, &fmt))
			return false;
		if (*fmt == '\0')
			return true;
		fmt++;
		if (!put_directive(cursor, &fmt, arguments, error))
			return false;
	}
}

char *format_put(char *at, char *end, const char *fmt, va_list ap, int error)
{
	struct cursor cursor = { at, end };
	struct arguments arguments;
	bool done;

	if (!at)
		return NULL;
	va_copy(arguments.ap, ap);
	done = put_all(&cursor, fmt, &arguments, error);
	va_end(arguments.ap);
	return done ? cursor.at : NULL;
}

/* ---- All directives --------------------------------------------------------------------------- */

/* Returns whether the format has %n. The fortified vsnprintf(3) takes such a format only from memory
 * that cannot be written: no copy of it will do. */
static bool has_count(const char *fmt)
{
	static const char modifiers[] = "0123456789$*. -+#'IhlqjzLt";

	while ((fmt = strchr(fmt, '%'))) {
		fmt += 1 + strspn(fmt + 1, modifiers);
		if (*fmt == 'n')
			return true;
		fmt += *fmt != '\0';
	}
	return false;
}

/* Returns the next %m without flags or width, or NULL. */
static const char *find_errno_directive(const char *fmt)
{
	const char *at = fmt;

	while ((at = strchr(at, '%'))) {
		if (at[1] == 'm')
			return at;
		at += at[1] == '%' ? 2 : 1;
	}
	return NULL;
}

/* Writes the format with the error's description for each %m; no description has a per cent sign. */
static const char *expand_errno(struct strbuf *expanded, const char *fmt, int error)
{
	const char *rest = fmt;
	const char *at;

	while ((at = find_errno_directive(rest))) {
		strbuf_put(expanded, (struct bytes){ rest, (size_t)(at - rest) });
		strbuf_put_error(expanded, (unsigned)error);
		rest = at + 2;
	}
	strbuf_put(expanded, (struct bytes){ rest, strlen(rest) + 1 });
	return expanded->size <= expanded->capacity ? expanded->data : fmt;
}

/* Returns what vsnprintf(3) does: the size of the whole text, or less than 0. */
static int print_format(struct strbuf out, const char *fmt, va_list ap, int error)
{
	const size_t room = out.size < out.capacity ? out.capacity - out.size : 0;

	errno = error;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* the callers' compilers have checked it */
	return vsnprintf(room > 0 ? out.data + out.size : NULL, room, fmt, ap);
#pragma GCC diagnostic pop
}

static __attribute__((__noinline__)) int print_expanded(struct strbuf out, const char *fmt,
							va_list ap, int error)
{
	char buffer[EXPANDED_FORMAT_MAX];
	struct strbuf expanded = { buffer, sizeof(buffer), 0 };

	return print_format(out, expand_errno(&expanded, fmt, error), ap, error);
}

size_t strbuf_put_printed(struct strbuf out, const char *fmt, va_list ap, int error)
{
	const bool expands = find_errno_directive(fmt) && !has_count(fmt);
	va_list copy;
	int size;

	va_copy(copy, ap);
	size = expands ? print_expanded(out, fmt, copy, error)
		       : print_format(out, fmt, copy, error);
	va_end(copy);
	if (size < 0)
		strbuf_put_string(&out, fmt);
	else
		out.size += (size_t)size;
	return out.size;
}
