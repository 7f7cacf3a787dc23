/* SPDX-License-Identifier: MIT */
/* layout: the ring of one process: the records that its black box has taken, the oldest of which give
 * way. The ring lies at the place of the process's slot in the file of the board, so that other
 * processes can read it after the process's death. mplog(1) and later starts of the program refuse a
 * ring of another version.
 *
 * Any process of the tree may write anything there: the owner uses no number from there but the head,
 * which is masked, and a reader copies the ring before it looks at it. */
#pragma once

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/name.h"

#define RING_MAGIC UINT64_C(0x6d706c6f67626f78) /* "mplogbox" */

enum {
	RING_VERSION = 2,
	RING_DATA_AT = 4096, /* behind the head */
	RING_SIZE_MIN = 4096,
	RING_SIZE_MAX = 1 << 20,
	RING_SPEAKER_MAX = 2048,
};

struct ring {
	uint64_t magic; /* written last */
	uint32_t version;
	uint32_t size; /* of the data: a power of two */
	uint32_t pid;
	_Atomic uint32_t reader; /* pid of the process that dumps the ring; 0: none */
	char run_id[RUN_ID_SIZE];
	char identifier[IDENTIFIER_SIZE];

	/* What the entries without names and prefix of their own have. */
	uint32_t names_size;
	uint32_t prefix_size;
	char speaker[RING_SPEAKER_MAX];

	/* Positions count the bytes since the ring was made, and never go back. Up to this one all
	 * entries were dumped, and so many had been written then. */
	_Atomic uint64_t dumped;
	_Atomic uint64_t dumped_number;

	/* Written with each record. */
	_Atomic uint64_t head __attribute__((aligned(64))); /* the position of the next entry */
	_Atomic uint64_t number;                            /* entries so far */
	_Atomic uint64_t refused; /* records larger than half of the ring */
};

_Static_assert(sizeof(struct ring) <= RING_DATA_AT, "the layout is versioned");

/* Entries, and their parts, begin at multiples of this many bytes: a processor takes a pair of words at a
 * time. */
enum { ENTRY_UNIT = 16 };

/* What an entry begins with. Names and prefix follow, then fields and text, both with zeroes up to the
 * next unit. An entry may begin at the end of the ring and go on at its beginning.
 *
 * A thread takes room by adding to the head, and writes the mark last: where a thread was killed before,
 * another word is there. A thread that stood still while the others filled the whole ring writes over
 * newer entries: their sums are wrong then. */
struct entry {
	uint64_t mark; /* the position of the entry + 1 */
	uint64_t sum;  /* of all that follows */
	uint32_t size; /* of the whole entry, in bytes: whole units */
	uint32_t tid;
	uint64_t number;    /* 1, 2, 3 ... */
	int64_t time_ns;    /* CLOCK_REALTIME, of the first entry in that tick */
	uint8_t names_size; /* process name and parent's name, a NUL behind each; 0: the ring's */
	uint8_t level;      /* and in the upper four bits how many zeroes are at the end */
	uint16_t prefix_size;
	uint32_t fields_size; /* encoded; the text takes the rest */
};

/* Returns the size with the zeroes behind it. */
static inline size_t entry_padded(size_t size)
{
	return (size + ENTRY_UNIT - 1) & ~(size_t)(ENTRY_UNIT - 1);
}

_Static_assert(sizeof(struct entry) == 48 && sizeof(struct entry) % ENTRY_UNIT == 0,
	       "the layout is versioned");

/* The sum of an entry's words, which depends on their order: one of the first words of all units, and one
 * of the second. */
typedef uint64_t entry_pair __attribute__((__vector_size__(ENTRY_UNIT)));

struct entry_sum {
	entry_pair words, order;
};

static inline ALWAYS_INLINE void entry_sum_add(struct entry_sum *sum, entry_pair pair)
{
	sum->words += pair;
	sum->order += sum->words;
}

/* Products, as shifts in their place would have equal changes of two bytes cancel out. The first factor is
 * even: of whatever changes in a single word, the sum does. */
static inline uint64_t entry_sum_value(const struct entry_sum *sum)
{
	const uint64_t by_order = UINT64_C(0xd1342543de82ef94);
	const uint64_t first = sum->words[0] + sum->order[0] * by_order;
	const uint64_t second = sum->words[1] + sum->order[1] * by_order;

	return first + second * UINT64_C(0x9e3779b97f4a7c15);
}
