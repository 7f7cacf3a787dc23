/* SPDX-License-Identifier: MIT */
/* each: the programs that run and that a command is about, one after the other. */
#pragma once

#include "tool/live/filter.h"

struct each {
	const struct filter *filter;
	struct boards boards;
	struct snapshot *snapshot; /* one a board; view NULL: not taken yet */
	size_t next;
};

/* Finds the boards. WRITABLE: they are going to be changed. Returns false, and complains as the
 * command of that name, where this fails. */
bool each_begin(struct each *each, const char *command, const struct filter *filter, bool writable);

/* Returns the board of the next program, or NULL. */
const struct found_board *each_next(struct each *each);

/* Returns a snapshot of the board that each_next() returned last. Each is taken once. */
const struct snapshot *each_snapshot(struct each *each);

/* Begins with the first program again. */
void each_rewind(struct each *each);

/* Frees boards and snapshots. */
void each_end(struct each *each);
