/* SPDX-License-Identifier: MIT */
#include "base/dtoa.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	DIGITS_ALWAYS = DBL_DIG, /* a decimal of so many digits survives in a double */
	DIGITS_MAX = 17,         /* DBL_DECIMAL_DIG: a double survives in so many digits */
	PRINTED_MAX = 64,        /* digits, exponent, and a locale's point of some bytes */
	FIXED_EXPONENT_MIN = -5, /* 0.00001, then 1e-06 */
	FIXED_EXPONENT_MAX = 16, /* 2^53 still has all of its digits */
};

struct decimal {
	char digits[DIGITS_MAX + 1];
	int n_digits;
	int exponent; /* of the first digit */
};

/* Reads "1,25e+03" of any locale: bytes that are no digits are its point. */
static struct decimal parse_printed(const char *printed)
{
	struct decimal decimal = { .n_digits = 0 };
	const char *at = printed;

	for (; *at != 'e' && *at != '\0'; at++) {
		if (*at >= '0' && *at <= '9' && decimal.n_digits < DIGITS_MAX)
			decimal.digits[decimal.n_digits++] = *at;
	}
	if (*at == 'e')
		decimal.exponent = (int)strtol(at + 1, NULL, 10);
	while (decimal.n_digits > 1 && decimal.digits[decimal.n_digits - 1] == '0')
		decimal.n_digits--;
	return decimal;
}

static struct decimal shortest(double number)
{
	char printed[PRINTED_MAX];
	int digits = number < DBL_MIN ? 1 : DIGITS_ALWAYS;

	for (;; digits++) {
		(void)snprintf(printed, sizeof(printed), "%.*e", digits - 1, number);
		if (digits >= DIGITS_MAX || strtod(printed, NULL) == number)
			return parse_printed(printed);
	}
}

/* Writes the digits around a point that follows the digit of index LAST_WHOLE, with zeroes up to it. */
static void put_digits(struct strbuf *text, const struct decimal *decimal, int last_whole)
{
	const int first = last_whole < 0 ? last_whole : 0;

	for (int i = first; i < decimal->n_digits || i <= last_whole; i++) {
		if (i == last_whole + 1)
			strbuf_put_char(text, '.');
		strbuf_put_char(text, i >= 0 && i < decimal->n_digits ? decimal->digits[i] : '0');
	}
}

static void put_decimal(struct strbuf *text, const struct decimal *decimal)
{
	if (decimal->exponent >= FIXED_EXPONENT_MIN && decimal->exponent <= FIXED_EXPONENT_MAX) {
		put_digits(text, decimal, decimal->exponent);
		return;
	}
	put_digits(text, decimal, 0);
	strbuf_put_string(text, decimal->exponent < 0 ? "e-" : "e+");
	strbuf_put_padded(text, (unsigned)abs(decimal->exponent), 2);
}

void strbuf_put_double(struct strbuf *text, double number)
{
	struct decimal decimal;

	if (isnan(number)) {
		strbuf_put_literal(text, "nan");
		return;
	}
	if (signbit(number))
		strbuf_put_char(text, '-');
	if (isinf(number)) {
		strbuf_put_literal(text, "inf");
		return;
	}
	decimal = shortest(fabs(number));
	put_decimal(text, &decimal);
}
