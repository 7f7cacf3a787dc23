/* SPDX-License-Identifier: MIT */
#include "tool/run/json-text.h"

#include <string.h>

enum {
	ESCAPE_DIGITS = 4, /* of \u */
	REPLACEMENT = 0xfffd,
	HIGH_FIRST = 0xd800,
	LOW_FIRST = 0xdc00,
	LOW_LAST = 0xdfff,
	PAIRS_FIRST = 0x10000,
};

/* ---- Syntax ----------------------------------------------------------------------------------- */

/* Each function is given the bytes from AT to END, and returns where what it is named after ends; or
 * NULL, also where it is given NULL. */

static const char *skip_blanks(const char *at, const char *end)
{
	while (at && at < end && (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r'))
		at++;
	return at;
}

static bool is_at(const char *at, const char *end, char c)
{
	return at && at < end && *at == c;
}

static const char *skip_char(const char *at, const char *end, char c)
{
	return is_at(at, end, c) ? at + 1 : NULL;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int hex_digit(char c)
{
	if (is_digit(c))
		return c - '0';
	c |= 'a' - 'A';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static const char *skip_escape(const char *at, const char *end)
{
	static const char escaped[] = "\"\\/bfnrt";

	if (at >= end)
		return NULL;
	if (*at != 'u')
		return memchr(escaped, *at, sizeof(escaped) - 1) ? at + 1 : NULL;
	if (end - at <= ESCAPE_DIGITS)
		return NULL;
	for (int i = 1; i <= ESCAPE_DIGITS; i++) {
		if (hex_digit(at[i]) < 0)
			return NULL;
	}
	return at + 1 + ESCAPE_DIGITS;
}

static const char *skip_string(const char *at, const char *end)
{
	at = skip_char(at, end, '"');
	while (at && at < end && *at != '"') {
		if ((unsigned char)*at < ' ')
			return NULL;
		at = *at == '\\' ? skip_escape(at + 1, end) : at + 1;
	}
	return skip_char(at, end, '"');
}

static const char *skip_digits(const char *at, const char *end)
{
	if (!at || at >= end || !is_digit(*at))
		return NULL;
	while (at < end && is_digit(*at))
		at++;
	return at;
}

static const char *skip_number(const char *at, const char *end)
{
	if (is_at(at, end, '-'))
		at++;
	at = is_at(at, end, '0') ? at + 1 : skip_digits(at, end);
	if (is_at(at, end, '.'))
		at = skip_digits(at + 1, end);
	if (is_at(at, end, 'e') || is_at(at, end, 'E')) {
		at++;
		at = skip_digits(is_at(at, end, '+') || is_at(at, end, '-') ? at + 1 : at, end);
	}
	return at;
}

static const char *skip_word(const char *at, const char *end, const char *word)
{
	const size_t size = strlen(word);

	return (size_t)(end - at) >= size && memcmp(at, word, size) == 0 ? at + size : NULL;
}

static const char *skip_value(const char *at, const char *end, unsigned depth);

static const char *skip_key(const char *at, const char *end)
{
	at = skip_blanks(skip_string(skip_blanks(at, end), end), end);
	return skip_char(at, end, ':');
}

/* Of the bracket at AT. */
static const char *skip_brackets(const char *at, const char *end, unsigned depth)
{
	const bool is_object = *at == '{';
	const char closing = is_object ? '}' : ']';

	if (depth >= JSON_DEPTH_MAX)
		return NULL;
	at = skip_blanks(at + 1, end);
	if (is_at(at, end, closing))
		return at + 1;
	for (;;) {
		if (is_object)
			at = skip_key(at, end);
		at = skip_blanks(skip_value(at, end, depth + 1), end);
		if (!is_at(at, end, ','))
			return skip_char(at, end, closing);
		at++;
	}
}

static const char *skip_value(const char *at, const char *end, unsigned depth)
{
	at = skip_blanks(at, end);
	if (!at || at >= end)
		return NULL;
	switch (*at) {
	case '{':
	case '[':
		return skip_brackets(at, end, depth);
	case '"':
		return skip_string(at, end);
	case 't':
		return skip_word(at, end, "true");
	case 'f':
		return skip_word(at, end, "false");
	case 'n':
		return skip_word(at, end, "null");
	default:
		return skip_number(at, end);
	}
}

/* ---- Objects ---------------------------------------------------------------------------------- */

bool json_text_is_object(struct bytes text)
{
	const char *const end = text.data + text.size;

	if (text.size == 0 || text.data[0] != '{')
		return false;
	return skip_blanks(skip_value(text.data, end, 0), end) == end;
}

static enum json_type type_of(char first)
{
	static const char firsts[] = "ntf\"[{";
	static const enum json_type types[] = { JSON_NULL,   JSON_BOOL,  JSON_BOOL,
						JSON_STRING, JSON_ARRAY, JSON_OBJECT };
	const char *const found = memchr(firsts, first, sizeof(firsts) - 1);

	return found ? types[found - firsts] : JSON_NUMBER;
}

static struct bytes unquote(const char *at, const char *end)
{
	return (struct bytes){ at + 1, (size_t)(end - at) - 2 };
}

/* The cursor stands on the bracket or the comma before the member. */
bool json_text_next(struct bytes *cursor, struct json_member *ret)
{
	const char *const end = cursor->data + cursor->size;
	const char *key, *key_end, *value, *value_end;

	if (cursor->size == 0 || cursor->data[0] == '}')
		return false;
	key = skip_blanks(cursor->data + 1, end);
	key_end = skip_string(key, end);
	value = skip_blanks(skip_char(skip_blanks(key_end, end), end, ':'), end);
	value_end = skip_value(value, end, 0);
	if (!value_end)
		return false;
	ret->key = unquote(key, key_end);
	ret->value.type = type_of(*value);
	ret->value.text = ret->value.type == JSON_STRING
				  ? unquote(value, value_end)
				  : (struct bytes){ value, (size_t)(value_end - value) };
	cursor->data = skip_blanks(value_end, end);
	cursor->size = (size_t)(end - cursor->data);
	return true;
}

/* ---- Strings ---------------------------------------------------------------------------------- */

static char *put_utf8(char *out, uint32_t code)
{
	static const unsigned char first[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	const int size = code < 0x80 ? 1 : code < 0x800 ? 2 : code < PAIRS_FIRST ? 3 : 4;

	for (int i = size - 1; i > 0; i--) {
		out[i] = (char)(0x80 | (code & 0x3f));
		code >>= 6;
	}
	out[0] = (char)(first[size] | code);
	return out + size;
}

static uint32_t read_digits(const char *at)
{
	uint32_t code = 0;

	for (int i = 0; i < ESCAPE_DIGITS; i++)
		code = code << 4 | (uint32_t)hex_digit(at[i]);
	return code;
}

/* *at: behind \u, and then behind its digits, or those of the second one of a pair. */
static uint32_t read_code(const char **at, const char *end)
{
	uint32_t code = read_digits(*at), low;

	*at += ESCAPE_DIGITS;
	if (code < HIGH_FIRST || code > LOW_LAST)
		return code;
	if (code >= LOW_FIRST || end - *at < 2 + ESCAPE_DIGITS || memcmp(*at, "\\u", 2) != 0)
		return REPLACEMENT;
	low = read_digits(*at + 2);
	if (low < LOW_FIRST || low > LOW_LAST)
		return REPLACEMENT;
	*at += 2 + ESCAPE_DIGITS;
	return PAIRS_FIRST + ((code - HIGH_FIRST) << 10 | (low - LOW_FIRST));
}

static char escaped_char(char c)
{
	static const char names[] = "bfnrt", chars[] = "\b\f\n\r\t";
	const char *const found = memchr(names, c, sizeof(names) - 1);

	return found ? chars[found - names] : c;
}

size_t json_text_unescape(char *out, struct bytes string)
{
	const char *at = string.data, *const end = at + string.size;
	char *to = out;

	while (at < end) {
		const char *const backslash = memchr(at, '\\', (size_t)(end - at));
		const size_t plain = (size_t)((backslash ? backslash : end) - at);

		memcpy(to, at, plain);
		to += plain;
		if (!backslash)
			break;
		at = backslash + 2;
		if (backslash[1] == 'u')
			to = put_utf8(to, read_code(&at, end));
		else
			*to++ = escaped_char(backslash[1]);
	}
	return (size_t)(to - out);
}
