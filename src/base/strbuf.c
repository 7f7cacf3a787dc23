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

char *decimal_put(char *at, uint64_t number)
{
	char digits[DECIMAL_DIGITS_MAX];
	char *const end = digits + sizeof(digits);
	char *first = end;

	do {
		*--first = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	return mempcpy(at, first, (size_t)(end - first));
}

void strbuf_put_number(struct strbuf *text, uint64_t number)
{
	char digits[DECIMAL_DIGITS_MAX];

	strbuf_put(text, (struct bytes){ digits, (size_t)(decimal_put(digits, number) - digits) });
}

void strbuf_put_padded(struct strbuf *text, unsigned number, unsigned digits)
{
	char buffer[DECIMAL_DIGITS_MAX];
	const struct bytes bytes = { buffer, (size_t)(decimal_put(buffer, number) - buffer) };

	for (size_t i = bytes.size; i < digits; i++)
		strbuf_put_char(text, '0');
	strbuf_put(text, bytes);
}
