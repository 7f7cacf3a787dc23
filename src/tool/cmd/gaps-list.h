/* SPDX-License-Identifier: MIT */
/* gaps-list: the missing numbers of a process, in order, with their cause. */
#pragma once

#include "tool/journal/judge.h"
#include "tool/journal/tally.h"

enum cause { CAUSE_UNKNOWN, CAUSE_TOLD, CAUSE_IN_FLIGHT, CAUSE_BEFORE };

struct gap {
	struct range range;
	enum cause cause;
};

struct gaps {
	const struct counted *process;
	const struct verdict *verdict;
	uint64_t in_flight; /* the first number in flight; 0: none */
	struct range left;  /* rest of the gap at hand; last < first: nothing */
	size_t next;
};

/* Begins with the first. Both have to outlive it. */
struct gaps gaps_of(const struct counted *process, const struct verdict *verdict);

/* Sets *ret to the next gap that has one cause. Returns false at the end. */
bool gaps_next(struct gaps *gaps, struct gap *ret);
