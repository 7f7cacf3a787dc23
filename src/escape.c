/* SPDX-License-Identifier: MIT */
#include "escape.h"

static const char hex_digits[] = "0123456789abcdef";

static bool is_continuation(unsigned char byte)
{
	return (byte & 0xc0) == 0x80;
}

/* The smallest code point of sequences of that many bytes: less is overlong. */
static const uint32_t smallest_of[] = { 0, 0, 0x80, 0x800, 0x10000 };

static size_t sequence_size(unsigned char first)
{
	if (first < 0x80)
		return 1;
	if (first < 0xc2)
		return 0;
	return first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
}

/* The size of the valid UTF-8 sequence at the beginning, or 0. */
static size_t decode(struct bytes bytes, uint32_t *ret_code)
{
	const unsigned char *const at = (const unsigned char *)bytes.data;
	const size_t size = sequence_size(at[0]);
	uint32_t code;

	if (size == 0 || size > bytes.size)
		return 0;
	code = size == 1 ? at[0] : at[0] & (0xffu >> (size + 1));
	for (size_t i = 1; i < size; i++) {
		if (!is_continuation(at[i]))
			return 0;
		code = code << 6 | (at[i] & 0x3fu);
	}
	if (code < smallest_of[size] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
		return 0;
	*ret_code = code;
	return size;
}

/* C0, DEL and C1: the last ones drive terminals too, as two bytes of UTF-8. */
static bool is_control(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code <= 0x9f);
}

static struct bytes behind(struct bytes bytes, size_t size)
{
	return (struct bytes){ bytes.data + size, bytes.size - size };
}

/* How many bytes at the beginning are printable ASCII, and none of the two that are special. */
static size_t plain_span(struct bytes bytes, char special, char special_too)
{
	size_t i = 0;

	while (i < bytes.size && bytes.data[i] >= ' ' && bytes.data[i] < 0x7f &&
	       bytes.data[i] != special && bytes.data[i] != special_too)
		i++;
	return i;
}

static void put_hex(struct text *text, const char *introducer, unsigned char byte)
{
	text_put_string(text, introducer);
	text_put_char(text, hex_digits[byte >> 4]);
	text_put_char(text, hex_digits[byte & 0xf]);
}

static void put_escaped_byte(struct text *text, unsigned char byte)
{
	static const char letters[0x20] = { ['\a'] = 'a', ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n',
					    ['\v'] = 'v', ['\f'] = 'f', ['\r'] = 'r', [033] = 'e' };

	if (byte >= sizeof(letters) || letters[byte] == '\0') {
		put_hex(text, "\\x", byte);
		return;
	}
	text_put_char(text, '\\');
	text_put_char(text, letters[byte]);
}

void text_put_escaped(struct text *text, struct bytes bytes)
{
	while (bytes.size > 0) {
		const size_t plain = plain_span(bytes, '\\', '\\');
		uint32_t code = 0;
		size_t size;

		text_put(text, (struct bytes){ bytes.data, plain });
		bytes = behind(bytes, plain);
		if (bytes.size == 0)
			break;

		size = decode(bytes, &code);
		if (code == '\\') {
			text_put_literal(text, "\\\\");
		} else if (size > 0 && !is_control(code)) {
			text_put(text, (struct bytes){ bytes.data, size });
		} else {
			size = 1;
			put_escaped_byte(text, (unsigned char)bytes.data[0]);
		}
		bytes = behind(bytes, size);
	}
}

static void put_json_control(struct text *text, unsigned char byte)
{
	static const char letters[0x20] = {
		['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r'
	};

	if (byte >= sizeof(letters) || letters[byte] == '\0') {
		put_hex(text, "\\u00", byte);
		return;
	}
	text_put_char(text, '\\');
	text_put_char(text, letters[byte]);
}

static void put_json_character(struct text *text, struct bytes bytes, uint32_t code)
{
	if (is_control(code)) {
		put_json_control(text, (unsigned char)code);
		return;
	}
	if (code == '"' || code == '\\')
		text_put_char(text, '\\');
	text_put(text, bytes);
}

void text_put_json_characters(struct text *text, struct bytes bytes)
{
	while (bytes.size > 0) {
		const size_t plain = plain_span(bytes, '"', '\\');
		uint32_t code;
		size_t size;

		text_put(text, (struct bytes){ bytes.data, plain });
		bytes = behind(bytes, plain);
		if (bytes.size == 0)
			break;

		size = decode(bytes, &code);
		if (size > 0)
			put_json_character(text, (struct bytes){ bytes.data, size }, code);
		else
			text_put_literal(text, "\xef\xbf\xbd");
		bytes = behind(bytes, size > 0 ? size : 1);
	}
}

void text_put_sd_value(struct text *text, struct bytes bytes)
{
	while (bytes.size > 0) {
		uint32_t code;
		size_t size = decode(bytes, &code);

		if (size == 0 || is_control(code)) {
			size = 1;
			put_hex(text, "\\\\x", (unsigned char)bytes.data[0]);
		} else {
			if (code == '"' || code == '\\' || code == ']')
				text_put_char(text, '\\');
			text_put(text, (struct bytes){ bytes.data, size });
		}
		bytes = behind(bytes, size);
	}
}

bool bytes_are_text(struct bytes bytes)
{
	while (bytes.size > 0) {
		uint32_t code;
		const size_t size = decode(bytes, &code);

		if (size == 0 || code == 0)
			return false;
		bytes = behind(bytes, size);
	}
	return true;
}

size_t bytes_cut_at_character(struct bytes bytes, size_t size)
{
	size_t cut = size;

	if (size >= bytes.size)
		return bytes.size;
	while (cut > 0 && size - cut < 3 && is_continuation((unsigned char)bytes.data[cut]))
		cut--;
	return is_continuation((unsigned char)bytes.data[cut]) ? size : cut;
}
