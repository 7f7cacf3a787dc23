/* SPDX-License-Identifier: MIT */
/* level-change: putting a level that an operator sets into force: on the board's table for names to
 * come, then on all slots that match. */
#pragma once

#include "boards.h"
#include "override.h"
#include "snapshot.h"

struct level_change_effect {
	size_t processes, scopes; /* alive, that the level reached */
};

/* Returns 0, or as override_lock() and override_set(), or -ENOMEM. */
int level_change_apply(const struct found_board *found, const struct override_order *order,
		       struct level_change_effect *ret);
