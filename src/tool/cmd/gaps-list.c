/* SPDX-License-Identifier: MIT */
#include "tool/cmd/gaps-list.h"

/* Returns the first part of a gap that has one cause. Numbers from IN_FLIGHT on (0: none) were in
 * flight. */
static struct gap first_part(const struct counted *process, const struct verdict *verdict,
			     struct range range, uint64_t in_flight)
{
	/* As many are missing as were lost and diverted: these are the missing ones. */
	const bool is_told = numbers_has(&process->told_of, range.first) || !verdict->unknown;
	const uint64_t end =
		verdict->unknown ? numbers_same_until(&process->told_of, range.first) : range.last;

	if (range.first <= verdict->before) {
		range.last = verdict->before;
		return (struct gap){ range, CAUSE_BEFORE };
	}
	if (in_flight && range.first >= in_flight)
		return (struct gap){ range, CAUSE_IN_FLIGHT };
	if (in_flight && range.last >= in_flight)
		range.last = in_flight - 1;
	if (range.last > end)
		range.last = end;
	return (struct gap){ range, is_told ? CAUSE_TOLD : CAUSE_UNKNOWN };
}

/* The highest missing numbers are those in flight. */
static uint64_t first_in_flight(const struct counted *process, const struct verdict *verdict)
{
	uint64_t below = verdict->before + verdict->missing - verdict->in_flight -
			 process->numbers.blurred_missing;
	struct range range;

	if (!verdict->in_flight)
		return 0;
	for (size_t i = 0; numbers_gap(&process->numbers, i, verdict->last, &range); i++) {
		const uint64_t size = range.last - range.first + 1;

		if (size > below)
			return range.first + below;
		below -= size;
	}
	return 0;
}

struct gaps gaps_of(const struct counted *process, const struct verdict *verdict)
{
	return (struct gaps){
		.process = process,
		.verdict = verdict,
		.in_flight = first_in_flight(process, verdict),
		.left = { 1, 0 },
	};
}

bool gaps_next(struct gaps *gaps, struct gap *ret)
{
	const struct numbers *numbers = &gaps->process->numbers;

	if (gaps->left.last < gaps->left.first &&
	    !numbers_gap(numbers, gaps->next++, gaps->verdict->last, &gaps->left))
		return false;
	*ret = first_part(gaps->process, gaps->verdict, gaps->left, gaps->in_flight);
	gaps->left.first = ret->range.last + 1;
	return true;
}
