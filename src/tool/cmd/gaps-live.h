/* SPDX-License-Identifier: MIT */
/* gaps-live: what the boards of programs that still run say of their processes that have ended. */
#pragma once

#include "tool/journal/tally.h"
#include "tool/live/each.h"

/* Adds what the snapshots say. They were taken before the journal was read, so that all that the dead
 * logged has had time to get there. ALL: also processes of which the journal has nothing. */
void gaps_add_live(struct tally *tally, struct each *each, bool all);
