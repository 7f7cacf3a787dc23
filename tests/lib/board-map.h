/* SPDX-License-Identifier: MIT */
/* The board that this process has in its memory, for tests of hostile members of a tree. All that such
 * tests know of the layout stands here. */
#pragma once

#include "board/slot.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* NULL where there is none. No Check here: children call it. */
static inline struct board *board_map(void)
{
	FILE *const maps = fopen("/proc/self/maps", "re");
	char line[512];
	struct board *board = NULL;

	while (maps && !board && fgets(line, sizeof(line), maps))
		if (strstr(line, BOARD_FILE_NAME))
			board = (struct board *)strtoul(line, NULL, 16); /* NOLINT: an address */
	if (maps)
		(void)fclose(maps);
	return board;
}

static inline unsigned board_map_used(const struct board *board)
{
	const unsigned used = atomic_load(&board->used);

	return used < BOARD_SLOTS ? used : BOARD_SLOTS;
}

/* The first slot of a process, or NULL. */
static inline struct slot *board_map_slot(struct board *board, pid_t pid)
{
	for (unsigned i = 0; i < board_map_used(board); i++)
		if (slot_word_pid(atomic_load(&board->state[i])) == pid)
			return &board->slot[i];
	return NULL;
}

static inline void board_map_set_level(struct slot *slot, int level)
{
	atomic_store(&slot->level, level);
}

static inline void board_map_set_override(struct slot *slot, uint64_t word)
{
	atomic_store(&slot->override, word);
}

static inline void board_map_set_gate(struct slot *slot, int gate)
{
	__atomic_store_n(&slot->gate, gate, __ATOMIC_RELAXED);
}

static inline void board_map_set_used(struct board *board, unsigned used)
{
	atomic_store(&board->used, used);
}

/* All numbers of children are said to be held by this pid, in blocks that follow each other, or
 * in a circle. */
static inline void board_map_claim_all(struct board *board, unsigned pid, bool circle)
{
	for (unsigned i = 0; i < BOARD_CLAIM_BLOCKS; i++) {
		for (unsigned k = 0; k < BOARD_CLAIMS; k++)
			atomic_store(&board->claim_block[i].holder[k], pid);
		atomic_store(&board->claim_block[i].next, circle ? 1 : i + 2);
	}
}
