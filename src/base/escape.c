/* SPDX-License-Identifier: MIT */
#include "base/escape.h"

#include "base/utf8.h"

static const char hex_digits[] = "0123456789abcdef";

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

static void put_hex(struct strbuf *text, const char *introducer, unsigned char byte)
{
	strbuf_put_string(text, introducer);
	strbuf_put_char(text, hex_digits[byte >> 4]);
	strbuf_put_char(text, hex_digits[byte & 0xf]);
}

static void put_escaped_byte(struct strbuf *text, unsigned char byte)
{
	static const char letters[0x20] = { ['\a'] = 'a', ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n',
					    ['\v'] = 'v', ['\f'] = 'f', ['\r'] = 'r', [033] = 'e' };

	if (byte >= sizeof(letters) || letters[byte] == '\0') {
		put_hex(text, "\\x", byte);
		return;
	}
	strbuf_put_char(text, '\\');
	strbuf_put_char(text, letters[byte]);
}

void strbuf_put_escaped(struct strbuf *text, struct bytes bytes)
{
	while (bytes.size > 0) {
		const size_t plain = plain_span(bytes, '\\', '\\');
		uint32_t code = 0;
		size_t size;

		strbuf_put(text, (struct bytes){ bytes.data, plain });
		bytes = behind(bytes, plain);
		if (bytes.size == 0)
			break;

		size = utf8_decode(bytes, &code);
		if (code == '\\') {
			strbuf_put_literal(text, "\\\\");
		} else if (size > 0 && !is_control(code)) {
			strbuf_put(text, (struct bytes){ bytes.data, size });
		} else {
			size = 1;
			put_escaped_byte(text, (unsigned char)bytes.data[0]);
		}
		bytes = behind(bytes, size);
	}
}

static void put_json_control(struct strbuf *text, unsigned char byte)
{
	static const char letters[0x20] = {
		['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r'
	};

	if (byte >= sizeof(letters) || letters[byte] == '\0') {
		put_hex(text, "\\u00", byte);
		return;
	}
	strbuf_put_char(text, '\\');
	strbuf_put_char(text, letters[byte]);
}

static void put_json_character(struct strbuf *text, struct bytes bytes, uint32_t code)
{
	if (is_control(code)) {
		put_json_control(text, (unsigned char)code);
		return;
	}
	if (code == '"' || code == '\\')
		strbuf_put_char(text, '\\');
	strbuf_put(text, bytes);
}

void strbuf_put_json_characters(struct strbuf *text, struct bytes bytes)
{
	while (bytes.size > 0) {
		const size_t plain = plain_span(bytes, '"', '\\');
		uint32_t code;
		size_t size;

		strbuf_put(text, (struct bytes){ bytes.data, plain });
		bytes = behind(bytes, plain);
		if (bytes.size == 0)
			break;

		size = utf8_decode(bytes, &code);
		if (size > 0)
			put_json_character(text, (struct bytes){ bytes.data, size }, code);
		else
			strbuf_put_literal(text, "\xef\xbf\xbd");
		bytes = behind(bytes, size > 0 ? size : 1);
	}
}

void strbuf_put_sd_value(struct strbuf *text, struct bytes bytes)
{
	while (bytes.size > 0) {
		uint32_t code;
		size_t size = utf8_decode(bytes, &code);

		if (size == 0 || is_control(code)) {
			size = 1;
			put_hex(text, "\\\\x", (unsigned char)bytes.data[0]);
		} else {
			if (code == '"' || code == '\\' || code == ']')
				strbuf_put_char(text, '\\');
			strbuf_put(text, (struct bytes){ bytes.data, size });
		}
		bytes = behind(bytes, size);
	}
}
