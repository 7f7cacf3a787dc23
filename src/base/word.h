/* SPDX-License-Identifier: MIT */
/* word: eight bytes of text looked at together. Pure. */
#pragma once

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

/* Return 0 where no byte of the word is so; else which ones, but for borrows into higher bytes. */
static inline uint64_t word_below(uint64_t word, unsigned char limit) /* at most 0x80 */
{
	return (word - WORD_OF(limit)) & ~word & WORD_OF(0x80);
}

static inline uint64_t word_equal(uint64_t word, char byte)
{
	return word_below(word ^ WORD_OF(byte), 1);
}

static inline uint64_t word_not_ascii(uint64_t word)
{
	return word & WORD_OF(0x80);
}
