/* SPDX-License-Identifier: MIT */
/* each: the programs that run and that a command is about, one after the other, so that the memory in
 * use is that of one board. */
#pragma once

#include "tool/live/filter.h"

struct each {
	const struct filter *filter;
	struct boards boards;
	bool keeps_snapshots;
	struct snapshot *snapshot; /* one a board; view NULL: not taken yet */
	size_t next;
};

/* Finds the boards. Returns false, and complains as the command of that name, where this fails.
 * KEEPS_SNAPSHOTS: each snapshot is taken once, and stays until each_end(). */
bool each_begin(struct each *each, const char *command, const struct filter *filter,
		bool keeps_snapshots);

/* Returns the board of the next program, or NULL. The copy of the board before is freed, and its
 * snapshot, unless that is kept. */
const struct found_board *each_next(struct each *each);

/* Returns a snapshot of the board that each_next() returned last, which has a copy then, unless the
 * snapshot was kept. */
const struct snapshot *each_snapshot(struct each *each);

/* Begins with the first program again. */
void each_rewind(struct each *each);

/* Frees boards and snapshots. */
void each_end(struct each *each);
