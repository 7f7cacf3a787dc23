/* SPDX-License-Identifier: MIT */
/* memory: the file in memory that holds a board and, behind it, places for rings. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "board/layout.h"

/* Behind the board, in the same file: a place for the ring of each slot, which begins where the largest
 * page of any machine may begin. Only what is written there takes memory. */
enum {
	BOARD_RING_PLACE = (1 << 20) + (1 << 16),
	BOARD_RINGS = sizeof(size_t) > sizeof(uint32_t) ? BOARD_SLOTS : BOARD_SLOTS / 4,
};

#define BOARD_RINGS_AT  ((sizeof(struct board) + 0xffff) & ~(size_t)0xffff)
#define BOARD_FILE_SIZE (BOARD_RINGS_AT + (size_t)BOARD_RINGS * BOARD_RING_PLACE)

/* Makes the file, sealed against growing and shrinking. *ret_has_rings: false where the process may not
 * have files of that size, and the board is all that there is. Returns a descriptor or a negative
 * errno. */
int board_memory_new(bool *ret_has_rings);
