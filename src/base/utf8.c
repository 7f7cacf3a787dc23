/* SPDX-License-Identifier: MIT */
#include "base/utf8.h"

#include "base/word.h"

static bool is_continuation(unsigned char byte)
{
	return (byte & 0xc0) == 0x80;
}

/* The smallest code point of a sequence of that many bytes: below, the sequence is overlong. */
static const uint32_t smallest_of[] = { 0, 0, 0x80, 0x800, 0x10000 };

static size_t sequence_size(unsigned char first)
{
	if (first < 0x80)
		return 1;
	if (first < 0xc2)
		return 0;
	return first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
}

size_t utf8_decode(struct bytes bytes, uint32_t *ret_code)
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

static bool begins_with_ascii_word(struct bytes bytes)
{
	return bytes.size >= WORD_SIZE && word_is_ascii(word_load(bytes.data));
}

bool utf8_is_text(struct bytes bytes)
{
	while (bytes.size > 0) {
		uint32_t code = WORD_SIZE;
		const size_t size =
			begins_with_ascii_word(bytes) ? WORD_SIZE : utf8_decode(bytes, &code);

		if (size == 0 || code == 0)
			return false;
		bytes = (struct bytes){ bytes.data + size, bytes.size - size };
	}
	return true;
}

size_t utf8_cut(struct bytes bytes, size_t size)
{
	size_t cut = size;

	if (size >= bytes.size)
		return bytes.size;
	while (cut > 0 && size - cut < 3 && is_continuation((unsigned char)bytes.data[cut]))
		cut--;
	return is_continuation((unsigned char)bytes.data[cut]) ? size : cut;
}
