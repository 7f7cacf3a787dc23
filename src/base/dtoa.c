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

#define SHORT_MIN 1e-5 /* 10^FIXED_EXPONENT_MIN */

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

/* Powers of ten that a double holds exactly. */
static const double powers[] = { 1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
				 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15 };

enum { N_POWERS = sizeof(powers) / sizeof(powers[0]) };

/* Tells whether quotients are doubles, rounded to the nearest one, as a reader of the digits will do. */
static bool rounds_to_nearest(void)
{
	static volatile const double tiny = 0x1p-60;

	return FLT_EVAL_METHOD == 0 && 1 + tiny == 1 && 1 - tiny == 1;
}

/* Finds a number of at most 15 digits with few of them behind the point, without printing it: a whole
 * number that is the double when divided by the power of ten. A double has no more than one decimal of
 * so few digits, so that these are the digits that shortest() finds. */
static bool find_short(double number, uint64_t *ret_digits, unsigned *ret_places)
{
	if (!rounds_to_nearest())
		return false;
	for (unsigned places = 0; places < N_POWERS; places++) {
		const double scaled = number * powers[places];
		const uint64_t digits = scaled < 1e15 ? (uint64_t)(scaled + 0.5) : 0;
		const double off = fabs(scaled - (double)digits);

		if (scaled >= 1e15)
			return false;
		/* The division costs more, and only a scaled number that is this close can pass. */
		if (off <= scaled * 0x1p-51 && (double)digits / powers[places] == number) {
			*ret_digits = digits;
			*ret_places = places;
			return true;
		}
	}
	return false;
}

/* Writes the digits with the point before the last PLACES. */
static void put_short(struct strbuf *text, uint64_t digits, unsigned places)
{
	const uint64_t power = (uint64_t)powers[places];

	strbuf_put_number(text, digits / power);
	if (places == 0)
		return;
	strbuf_put_char(text, '.');
	strbuf_put_padded(text, digits % power, places);
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
	unsigned places;
	uint64_t digits;

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
	number = fabs(number);
	if ((number >= SHORT_MIN || number == 0) && find_short(number, &digits, &places)) {
		put_short(text, digits, places);
		return;
	}
	decimal = shortest(number);
	put_decimal(text, &decimal);
}
