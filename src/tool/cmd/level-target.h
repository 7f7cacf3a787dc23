/* SPDX-License-Identifier: MIT */
/* level-target: the boards that a level goes to. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "tool/live/each.h"

struct target {
	const struct found_board *board;
	pid_t pid, inner_pid; /* of one process; 0: all that have the name */
};

struct targets {
	struct target *target; /* to be freed */
	size_t n, room;
};

/* Finds the boards for the one name of the filter. Where programs were not chosen, the programs are meant
 * of which a process has the name, or is the pid; a level that waits for a process to come is for
 * programs that were chosen. What they executed has a board of its own, and is meant too. RESET: also
 * programs for which just that name was set. */
void targets_find(struct each *each, bool reset, struct targets *targets);
