/* SPDX-License-Identifier: MIT */
/* level-change: putting a level that an operator sets into force, and the record of the change. */
#pragma once

#include "board/override.h"
#include "tool/live/boards.h"

struct level_change_effect {
	size_t processes, scopes; /* alive, that the level reached */
};

/* Writes the level into the board's table for names to come, then to all slots that match. Returns 0,
 * or as board_open_file(), override_lock() and override_set(). */
int level_change_apply(const struct found_board *found, const struct override_entry *entry,
		       struct level_change_effect *ret);

/* Returns whether the entry holds for more than a process that has ended. */
bool level_change_is_for_living(const struct found_board *found,
				const struct override_entry *entry);

/* Sends the record, as one of mplog's own: a board may have any identifier. A failure is reported on
 * standard error: the change stands. */
void level_change_record(const struct found_board *board, const struct override_entry *entry);
