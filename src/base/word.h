/* SPDX-License-Identifier: MIT */
/* word: eight bytes of text looked at together. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { WORD_SIZE = sizeof(uint64_t) };

/* A word of equal bytes. */
#define WORD_OF(byte) (UINT64_MAX / 0xff * (unsigned char)(byte))

static inline uint64_t word_load(const char *at)
{
	uint64_t word;

	memcpy(&word, at, sizeof(word));
	return word;
}

/* Returns a word with all of 1 to 7 bytes in it, and nothing else. */
static inline uint64_t word_of_few(const char *at, size_t size)
{
	uint32_t first, last;

	if (size < sizeof(first))
		return WORD_OF(at[0]) ^ (uint64_t)(unsigned char)(at[0] ^ at[size / 2]) ^
		       (uint64_t)(unsigned char)(at[0] ^ at[size - 1]) << 8;
	memcpy(&first, at, sizeof(first));
	memcpy(&last, at + size - sizeof(last), sizeof(last));
	return (uint64_t)first << 32 | last;
}

/* Marks of words: the highest bit of a byte. Only where no byte of the word is over 0x7f do they tell
 * whether any byte is so; a mark may then have others above it. */
#define WORD_MARKS WORD_OF(0x80)

static inline uint64_t word_mark_below(uint64_t word, unsigned char limit)
{
	return word - WORD_OF(limit);
}

static inline uint64_t word_mark_equal(uint64_t word, char byte)
{
	return (word ^ WORD_OF(byte)) - WORD_OF(1);
}

/* Returns whether all bytes are ASCII but NUL. */
static inline bool word_is_ascii(uint64_t word)
{
	return !((word | word_mark_below(word, 1)) & WORD_MARKS);
}

/* Returns whether all bytes are printable ASCII. SPECIAL: marks of bytes that are none either. */
static inline bool word_is_printable(uint64_t word, uint64_t special)
{
	return !((word | word_mark_below(word, ' ') | word_mark_equal(word, 0x7f) | special) &
		 WORD_MARKS);
}
