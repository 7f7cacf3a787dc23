/* SPDX-License-Identifier: MIT */
#include "board/child-number.h"

#include <stddef.h>

#include "board/board.h"
#include "process/ancestry.h"

/* The block that the content of a link stands for, or NULL. */
static struct claim_block *linked_block(struct board *board, uint32_t link)
{
	return link > 0 && link <= BOARD_CLAIM_BLOCKS ? &board->claim_block[link - 1] : NULL;
}

/* Follows the link; a block is made where there is none. */
static struct claim_block *follow(struct board *board, _Atomic uint32_t *link)
{
	uint32_t next = atomic_load(link);

	if (!next) {
		const uint32_t fresh = atomic_fetch_add(&board->claim_blocks_used, 1) + 1;

		/* Where a sibling was faster this block stays unused. */
		if (linked_block(board, fresh) &&
		    atomic_compare_exchange_strong(link, &next, fresh))
			next = fresh;
	}
	return linked_block(board, next);
}

/* No pid has this bit. */
enum { IS_APART = 1 << 30 };

static bool is_held(uint32_t holder, bool other_pidns)
{
	return holder && (other_pidns || holder & IS_APART || process_is_alive((pid_t)holder));
}

static bool claim(_Atomic uint32_t *place, pid_t pid, bool other_pidns)
{
	const uint32_t claimant = (uint32_t)pid | (other_pidns ? IS_APART : 0);
	uint32_t holder = atomic_load(place);

	if (holder == claimant && !other_pidns)
		return true;
	return !is_held(holder, other_pidns) &&
	       atomic_compare_exchange_strong(place, &holder, claimant);
}

unsigned child_number_claim(struct slot *parent, pid_t pid, bool other_pidns)
{
	struct board *board = board_get();
	_Atomic uint32_t *link = &parent->claims;
	unsigned number = 0;

	if (board_index(parent) < 0)
		return 0;
	for (int blocks = 0; blocks < BOARD_CLAIM_BLOCKS; blocks++) {
		struct claim_block *block = follow(board, link);

		if (!block)
			return 0;
		for (int i = 0; i < BOARD_CLAIMS; i++) {
			number++;
			if (claim(&block->holder[i], pid, other_pidns))
				return number;
		}
		link = &block->next;
	}
	return 0;
}
