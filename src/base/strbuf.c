/* SPDX-License-Identifier: MIT */
#include "base/strbuf.h"

void strbuf_put_cut(struct strbuf text, struct bytes bytes)
{
	if (text.size < text.capacity)
		memcpy(text.data + text.size, bytes.data, text.capacity - text.size);
}

void strbuf_put_string(struct strbuf *text, const char *string)
{
	strbuf_put(text, (struct bytes){ string, strlen(string) });
}

const char decimal_pairs[200] = "0001020304050607080910111213141516171819"
				"2021222324252627282930313233343536373839"
				"4041424344454647484950515253545556575859"
				"6061626364656667686970717273747576777879"
				"8081828384858687888990919293949596979899";

/* A number of so many bits has one digit more than the power of ten that is not above it. */
static inline unsigned count_digits(uint64_t number)
{
	static const uint64_t powers[] = {
		0,
		10,
		100,
		1000,
		10000,
		100000,
		1000000,
		10000000,
		100000000,
		1000000000,
		10000000000,
		100000000000,
		1000000000000,
		10000000000000,
		100000000000000,
		1000000000000000,
		10000000000000000,
		100000000000000000,
		1000000000000000000,
		10000000000000000000u,
	};
	const unsigned bits = 64 - (unsigned)__builtin_clzll(number | 1);
	const unsigned digits = bits * 1233 >> 12; /* log10(2) */

	return number == 0 ? 1 : digits + (number >= powers[digits]);
}

char *decimal_put(char *at, uint64_t number)
{
	char *const end = at + count_digits(number);
	char *first = end;

	for (; number >= 100; number /= 100)
		first = memcpy(first - 2, &decimal_pairs[number % 100 * 2], 2);
	if (number >= 10)
		(void)memcpy(first - 2, &decimal_pairs[number * 2], 2);
	else
		first[-1] = (char)('0' + number);
	return end;
}

void strbuf_put_number(struct strbuf *text, uint64_t number)
{
	char digits[DECIMAL_DIGITS_MAX];

	if (LIKELY(strbuf_fits(text, DECIMAL_DIGITS_MAX)))
		strbuf_end(text, decimal_put(text->data + text->size, number));
	else
		strbuf_put(text, (struct bytes){ digits,
						 (size_t)(decimal_put(digits, number) - digits) });
}

void strbuf_put_padded(struct strbuf *text, uint64_t number, unsigned digits)
{
	char buffer[DECIMAL_DIGITS_MAX];
	const struct bytes bytes = { buffer, (size_t)(decimal_put(buffer, number) - buffer) };

	for (size_t i = bytes.size; i < digits; i++)
		strbuf_put_char(text, '0');
	strbuf_put(text, bytes);
}
