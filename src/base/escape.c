/* SPDX-License-Identifier: MIT */
#include "base/escape.h"

#include "base/utf8.h"
#include "base/word.h"

/* Characters that drive a terminal or change how a line is read: C0, DEL, C1, the marks, embeddings,
 * overrides and isolates of bidirectional text, and the separators of lines and paragraphs. */
static bool is_control(uint32_t code)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {
		{ 0x00, 0x1f },     { 0x7f, 0x9f },     { 0x61c, 0x61c },
		{ 0x200e, 0x200f }, { 0x2028, 0x202e }, { 0x2066, 0x2069 },
	};

	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		if (ranges[i].first <= code && code <= ranges[i].last)
			return true;
	}
	return false;
}

static struct bytes behind(struct bytes bytes, size_t size)
{
	return (struct bytes){ bytes.data + size, bytes.size - size };
}

static inline ALWAYS_INLINE bool is_plain_word(uint64_t word, const char special[3])
{
	return word_is_printable(word, word_mark_equal(word, special[0]) |
					       word_mark_equal(word, special[1]) |
					       word_mark_equal(word, special[2]));
}

/* Returns whether all bytes are printable ASCII without the special ones. The last word may have bytes
 * in it that were looked at before. */
static inline ALWAYS_INLINE bool is_plain(struct bytes bytes, const char special[3])
{
	size_t at = 0;

	if (bytes.size < WORD_SIZE)
		return bytes.size == 0 ||
		       is_plain_word(word_of_few(bytes.data, bytes.size), special);
	for (; bytes.size - at > WORD_SIZE; at += WORD_SIZE) {
		if (!is_plain_word(word_load(bytes.data + at), special))
			return false;
	}
	return is_plain_word(word_load(bytes.data + bytes.size - WORD_SIZE), special);
}

/* Returns the size of a beginning of whole words that is plain. */
static inline ALWAYS_INLINE size_t plain_words(struct bytes bytes, const char special[3])
{
	size_t plain = 0;

	while (bytes.size - plain >= WORD_SIZE &&
	       is_plain_word(word_load(bytes.data + plain), special))
		plain += WORD_SIZE;
	return plain;
}

/* Moves characters from BYTES to TEXT, up to one of the three special ones, a control character or a
 * byte that is not UTF-8. Returns false at the end of BYTES. */
static inline ALWAYS_INLINE bool move_plain(struct strbuf *text, struct bytes *bytes,
					    const char special[3])
{
	size_t plain = plain_words(*bytes, special);

	if (plain < bytes->size && is_plain(behind(*bytes, plain), special))
		plain = bytes->size;
	while (plain < bytes->size) {
		const char c = bytes->data[plain];
		uint32_t code;
		size_t size = 1;

		if (c == special[0] || c == special[1] || c == special[2])
			break;
		if (c < ' ' || c >= 0x7f) {
			size = utf8_decode(behind(*bytes, plain), &code);
			if (size == 0 || is_control(code))
				break;
		}
		plain += size;
	}
	strbuf_put(text, (struct bytes){ bytes->data, plain });
	*bytes = behind(*bytes, plain);
	return bytes->size > 0;
}

static void put_hex(struct strbuf *text, unsigned number, unsigned digits)
{
	while (digits-- > 0)
		strbuf_put_char(text, "0123456789abcdef"[number >> 4 * digits & 0xf]);
}

/* The letter of C's escape sequence, or NUL. */
static char letter_of(uint32_t code)
{
	static const char letters[0x20] = { ['\a'] = 'a', ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n',
					    ['\v'] = 'v', ['\f'] = 'f', ['\r'] = 'r', [033] = 'e' };

	return code < sizeof(letters) ? letters[code] : '\0';
}

void strbuf_put_escaped(struct strbuf *text, struct bytes bytes)
{
	for (; move_plain(text, &bytes, "\\\\\\"); bytes = behind(bytes, 1)) {
		const unsigned char byte = (unsigned char)bytes.data[0];
		const char letter = byte == '\\' ? '\\' : letter_of(byte);

		strbuf_put_char(text, '\\');
		strbuf_put_char(text, letter ? letter : 'x');
		if (!letter)
			put_hex(text, byte, 2);
	}
}

static void put_json_control(struct strbuf *text, uint32_t code)
{
	const char letter = letter_of(code);
	const bool is_short = letter && strchr("bfnrt", letter);

	strbuf_put_char(text, '\\');
	strbuf_put_char(text, is_short ? letter : 'u');
	if (!is_short)
		put_hex(text, code, 4);
}

void strbuf_put_json_characters(struct strbuf *text, struct bytes bytes)
{
	while (move_plain(text, &bytes, "\"\\\\")) {
		uint32_t code = 0;
		const size_t size = utf8_decode(bytes, &code);

		if (size == 0) {
			strbuf_put_literal(text, "\xef\xbf\xbd");
		} else if (is_control(code)) {
			put_json_control(text, code);
		} else {
			strbuf_put_char(text, '\\');
			strbuf_put_char(text, bytes.data[0]);
		}
		bytes = behind(bytes, size > 0 ? size : 1);
	}
}

bool json_is_plain(struct bytes bytes)
{
	return is_plain(bytes, "\"\\\\");
}

void strbuf_put_sd_value(struct strbuf *text, struct bytes bytes)
{
	for (; move_plain(text, &bytes, "\"\\]"); bytes = behind(bytes, 1)) {
		const char c = bytes.data[0];

		strbuf_put_char(text, '\\');
		if (c == '"' || c == '\\' || c == ']') {
			strbuf_put_char(text, c);
		} else {
			strbuf_put_literal(text, "\\x");
			put_hex(text, (unsigned char)c, 2);
		}
	}
}
