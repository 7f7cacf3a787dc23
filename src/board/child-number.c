/* SPDX-License-Identifier: MIT */
#include "board/child-number.h"

#include <stddef.h>

#include "board/board.h"
#include "process/ancestry.h"

/* Returns the block that the content of a link stands for, or NULL. */
static struct claim_block *linked_block(struct board *board, uint32_t link)
{
	return link > 0 && link <= BOARD_CLAIM_BLOCKS ? &board->claim_block[link - 1] : NULL;
}

/* Follows the link, to a new block where there is none. */
static struct claim_block *follow(struct board *board, _Atomic uint32_t *link)
{
	uint32_t next = atomic_load(link);

	if (!next) {
		const uint32_t fresh = atomic_fetch_add(&board->claim_blocks_used, 1) + 1;

		/* Where a sibling was faster the new block stays unused. */
		if (linked_block(board, fresh) &&
		    atomic_compare_exchange_strong(link, &next, fresh))
			next = fresh;
	}
	return linked_block(board, next);
}

enum {
	IS_APART = 1 << 30, /* no pid has this bit */
	CHECKS_MAX = BOARD_SLOTS,
};

/* What a child knows while it looks for a number. */
struct claimant {
	uint32_t mark; /* as it stands in the number's place */
	bool other_pidns;
	uint32_t living; /* the last holder that was found alive */
	int checks;      /* how many more holders may be looked up */
};

/* Any process of the tree may write any pid to all places: holders are looked up CHECKS_MAX times at
 * most, and taken for alive then. */
static bool is_held(uint32_t holder, struct claimant *claimant)
{
	if (!holder || claimant->other_pidns || holder & IS_APART || holder == claimant->living ||
	    claimant->checks == 0)
		return holder;
	claimant->checks--;
	if (!process_is_alive((pid_t)holder))
		return false;
	claimant->living = holder;
	return true;
}

static bool claim(_Atomic uint32_t *place, struct claimant *claimant)
{
	uint32_t holder = atomic_load(place);

	if (holder == claimant->mark && !claimant->other_pidns)
		return true;
	return !is_held(holder, claimant) &&
	       atomic_compare_exchange_strong(place, &holder, claimant->mark);
}

unsigned child_number_claim(struct slot *parent, pid_t pid, bool other_pidns)
{
	struct claimant claimant = {
		.mark = (uint32_t)pid | (other_pidns ? IS_APART : 0),
		.other_pidns = other_pidns,
		.checks = CHECKS_MAX,
	};
	struct board *board = board_get();
	_Atomic uint32_t *link = &parent->claims;
	unsigned number = 0;

	if (!board || board_index(parent) < 0)
		return 0;
	for (int blocks = 0; blocks < BOARD_CLAIM_BLOCKS; blocks++) {
		struct claim_block *block = follow(board, link);

		if (!block)
			return 0;
		for (int i = 0; i < BOARD_CLAIMS; i++) {
			number++;
			if (claim(&block->holder[i], &claimant))
				return number;
		}
		link = &block->next;
	}
	return 0;
}
