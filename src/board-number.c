/* SPDX-License-Identifier: MIT */
/* board: the numbers of a process's children (%c). A number is claimed by writing one's pid into
 * its place, where there is none or one of a process that ended: two never get the same. */
#include "board.h"

/* The block after the one that a link stands for, made if there is none. */
static struct claim_block *follow(struct board *board, _Atomic uint32_t *link)
{
	uint32_t next = atomic_load(link);

	if (!next) {
		const uint32_t fresh = atomic_fetch_add(&board->claim_blocks_used, 1) + 1;

		/* Where a sibling was faster this one stays unused. */
		if (fresh <= BOARD_CLAIM_BLOCKS &&
		    atomic_compare_exchange_strong(link, &next, fresh))
			next = fresh;
	}
	return next && next <= BOARD_CLAIM_BLOCKS ? &board->claim_block[next - 1] : NULL;
}

static bool claim(_Atomic uint32_t *place, pid_t pid)
{
	uint32_t holder = atomic_load(place);

	if (holder == (uint32_t)pid)
		return true;
	if (holder && process_is_alive((pid_t)holder))
		return false;
	return atomic_compare_exchange_strong(place, &holder, (uint32_t)pid);
}

unsigned board_claim_number(struct slot *parent, pid_t pid)
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
			if (claim(&block->holder[i], pid))
				return number;
		}
		link = &block->next;
	}
	return 0;
}
