/* SPDX-License-Identifier: MIT */
/* gaps-live: figures of ended processes on the boards of programs that still run. */
#pragma once

#include "tool/journal/tally.h"
#include "tool/live/each.h"

/* Adds the figures of the snapshots to the tally. They were taken before the journal was read, so
 * that the records of dead processes had time to get there. ALL: also processes without a record in
 * the journal. */
void gaps_add_live(struct tally *tally, struct each *each, bool all);
