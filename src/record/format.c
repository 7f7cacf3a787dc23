/* SPDX-License-Identifier: MIT */
#include "record/format.h"

#include <stddef.h>

void strbuf_put_error(struct strbuf *text, unsigned error)
{
	const char *const description = strerrordesc_np((int)error);

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

static inline bool put_directive(struct cursor *cursor, const char **at,
				 struct arguments *arguments, int error)
{
	if (**at == 's')
		return put_string(cursor, va_arg(arguments->ap, const char *));
	if (**at == 'd')
		return put_signed(cursor, va_arg(arguments->ap, int));
	return put_other(cursor, at, arguments, error);
}

static inline bool put_all(struct cursor *cursor, const char *fmt, struct arguments *arguments,
			   int error)
{
	for (;; fmt++) {
		const char *const at = strchrnul(fmt, '%');

		if (!put_bytes(cursor, fmt, (size_t)(at - fmt)))
			return false;
		if (*at == '\0')
			return true;
		fmt = at + 1;
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
