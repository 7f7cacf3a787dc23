/* SPDX-License-Identifier: MIT */
#include "format.h"

#include <stddef.h>

/* The type of an integer argument. */
enum length { LENGTH_INT, LENGTH_LONG, LENGTH_LONG_LONG, LENGTH_SIZE };

void text_put_error(struct text *text, unsigned error)
{
	const char *const description = strerrordesc_np((int)error);

	if (description) {
		text_put_string(text, description);
		return;
	}
	text_put_literal(text, "Unknown error ");
	text_put_number(text, error);
}

static void put_signed(struct text *text, long long number)
{
	if (number < 0)
		text_put_char(text, '-');
	text_put_number(text, number < 0 ? -(uint64_t)number : (uint64_t)number);
}

static void put_hex(struct text *text, unsigned long long number)
{
	char digits[2 * sizeof(number)];
	char *at = digits + sizeof(digits);

	do {
		*--at = "0123456789abcdef"[number % 16];
		number /= 16;
	} while (number > 0);
	text_put(text, (struct bytes){ at, (size_t)(digits + sizeof(digits) - at) });
}

static void put_string(struct text *text, const char *string)
{
	if (string)
		text_put(text, (struct bytes){ string, strlen(string) });
	else
		text_put_literal(text, "(null)");
}

static enum length take_length(const char **at)
{
	if (**at == 'z') {
		++*at;
		return LENGTH_SIZE;
	}
	if (**at != 'l')
		return LENGTH_INT;
	if (*++*at != 'l')
		return LENGTH_LONG;
	++*at;
	return LENGTH_LONG_LONG;
}

/* A va_list as a parameter may be an array, and then there is no pointer to it. */
struct arguments {
	va_list ap;
};

static long long take_signed(struct arguments *arguments, enum length length)
{
	switch (length) {
	case LENGTH_LONG:
		return va_arg(arguments->ap, long);
	case LENGTH_LONG_LONG:
		return va_arg(arguments->ap, long long);
	case LENGTH_SIZE:
		return va_arg(arguments->ap, ssize_t);
	default:
		return va_arg(arguments->ap, int);
	}
}

static unsigned long long take_unsigned(struct arguments *arguments, enum length length)
{
	switch (length) {
	case LENGTH_LONG:
		return va_arg(arguments->ap, unsigned long);
	case LENGTH_LONG_LONG:
		return va_arg(arguments->ap, unsigned long long);
	case LENGTH_SIZE:
		return va_arg(arguments->ap, size_t);
	default:
		return va_arg(arguments->ap, unsigned);
	}
}

static bool put_integer(struct text *text, char conversion, struct arguments *arguments,
			enum length length)
{
	switch (conversion) {
	case 'd':
	case 'i':
		put_signed(text, take_signed(arguments, length));
		return true;
	case 'u':
		text_put_number(text, take_unsigned(arguments, length));
		return true;
	case 'x':
		put_hex(text, take_unsigned(arguments, length));
		return true;
	default:
		return false;
	}
}

static bool put_directive(struct text *text, const char **at, struct arguments *arguments,
			  int error)
{
	const enum length length = take_length(at);
	const char conversion = *(*at)++;

	if (length != LENGTH_INT)
		return put_integer(text, conversion, arguments, length);
	switch (conversion) {
	case 's':
		put_string(text, va_arg(arguments->ap, const char *));
		return true;
	case 'c':
		text_put_char(text, (char)va_arg(arguments->ap, int));
		return true;
	case 'm':
		text_put_error(text, (unsigned)error);
		return true;
	case '%':
		text_put_char(text, '%');
		return true;
	default:
		return put_integer(text, conversion, arguments, length);
	}
}

static bool put_all(struct text *text, const char *fmt, struct arguments *arguments, int error)
{
	for (;;) {
		const char *at = strchrnul(fmt, '%');

		text_put(text, (struct bytes){ fmt, (size_t)(at - fmt) });
		if (*at == '\0')
			return true;
		at++;
		if (!put_directive(text, &at, arguments, error))
			return false;
		fmt = at;
	}
}

bool text_put_format(struct text *text, const char *fmt, va_list ap, int error)
{
	struct arguments arguments;
	bool done;

	va_copy(arguments.ap, ap);
	done = put_all(text, fmt, &arguments, error);
	va_end(arguments.ap);
	return done;
}
