/* SPDX-License-Identifier: MIT */
/* progress: a line on the terminal of standard error, there while a command reads the journal for longer than
 * a second. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"

struct progress {
	bool is_on; /* standard error is a terminal */
	bool is_shown;
	int64_t next_ns; /* CLOCK_MONOTONIC_COARSE: when the line is to be shown, or shown anew */
	uint64_t records;
};

/* Begins the second. */
struct progress progress_begin(void);

/* Counts a record that was read. Returns whether the line is to be shown. */
static inline bool progress_is_due(struct progress *progress)
{
	progress->records++;
	return progress->is_on && clock_coarse_ns() >= progress->next_ns;
}

/* Shows how many records were read, and of when the one at hand is: microseconds of CLOCK_REALTIME. */
void progress_show(struct progress *progress, uint64_t at_us);

/* Takes the line away, and begins another second. Before anything else goes to the terminal. */
void progress_hide(struct progress *progress);
