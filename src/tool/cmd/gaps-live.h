/* SPDX-License-Identifier: MIT */
/* gaps-live: reports of the processes on the boards of programs that still run. */
#pragma once

#include "tool/journal/ended.h"
#include "tool/live/each.h"

struct gaps_live {
	const char *identifier; /* of this program, or NULL */
	const char *run_id;     /* of a run that counts without a record in the journal, or NULL */
	uint64_t since_us;      /* processes that ended before do not count */
};

/* Adds what the boards of the runs in the tally say. Returns false, and complains, where there are no
 * boards to be found. */
bool gaps_add_live(struct tally *tally, struct reports *reports, const struct gaps_live *options);
