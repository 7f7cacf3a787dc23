/* SPDX-License-Identifier: MIT */
/* judge: how many records of a process are missing, and why. */
#pragma once

#include "tool/journal/tally.h"

/* Finds out which processes may have logged before the oldest entry of the journal. To be called
 * once the tally is complete. */
void judge_find_older(struct tally *tally);

/* Returns whether the process has anything to show: it did not only report for others, nor under the run
 * of another user. */
bool judge_is_worth_a_line(const struct counted *process);

/* Of the numbers up to LAST: how many are missing, how many of these were under way when the process
 * was killed, and how many were neither that nor lost nor diverted, as far as is reported. Those up
 * to BEFORE are not missing: the journal begins after them. */
struct verdict {
	uint64_t last, before, missing, in_flight, unknown;
	struct losses losses;
};
struct verdict judge(const struct counted *process);
