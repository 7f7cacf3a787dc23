/* SPDX-License-Identifier: MIT */
#include "tool/timeline/tell.h"

#include <inttypes.h>
#include <stdio.h>

const char *tell_format_end(const struct counted *process, char text[TELL_END_SIZE])
{
	const struct figures *const figures = &process->figures;

	text[0] = '\0';
	if (process->is_reported && figures->end == END_KILLED)
		(void)snprintf(text, TELL_END_SIZE, "killed by signal %d", figures->status);
	else if (process->is_reported && figures->end == END_ITSELF)
		(void)snprintf(text, TELL_END_SIZE, "exited with status %d", figures->status);
	return text;
}

static uint64_t last_number(const struct counted *process)
{
	const uint64_t last = numbers_last(&process->numbers);

	return last > process->figures.last ? last : process->figures.last;
}

static const char *explain(const struct counted *process, const struct range *gap)
{
	if (numbers_has(&process->told_of, gap->first))
		return "reported lost or diverted";
	if (process->figures.end == END_KILLED && gap->last == last_number(process))
		return "perhaps in flight when the process was killed";
	return "unaccounted for";
}

static void tell_gap(struct lane *lane, const struct range *gap)
{
	const uint64_t missing = gap->last - gap->first + 1;
	const uint64_t from_us = gap->first_us ? gap->first_us : lane->begin_us;
	const uint64_t to_us = gap->last_us ? gap->last_us : lane->end_us;
	const char *const why = explain(lane->process, gap);

	if (missing == 1)
		lane_notef(lane, NOTE_GAP, from_us, to_us, "record %" PRIu64 " is missing: %s",
			   gap->first, why);
	else
		lane_notef(lane, NOTE_GAP, from_us, to_us,
			   "%" PRIu64 " records are missing, %" PRIu64 " to %" PRIu64 ": %s",
			   missing, gap->first, gap->last, why);
}

/* The first numbers of a process that is older than the journal are not missing. */
static void tell_gaps_of(struct lane *lane)
{
	const struct counted *const process = lane->process;
	struct range gap;

	for (size_t i = 0;
	     i < NOTES_MAX && numbers_gap(&process->numbers, i, last_number(process), &gap); i++) {
		if (gap.first != 1 || !process->is_older)
			tell_gap(lane, &gap);
	}
}

/* Calls FN with one lane of each process: the one that is no scope, the first of several. */
static void each_process(struct lanes *lanes, void (*fn)(struct lane *lane))
{
	for (size_t i = 0; i < lanes->n;) {
		struct lane *best = lanes->by_pid[i];
		const struct counted *const process = best->process;

		for (; i < lanes->n && lanes->by_pid[i]->process == process; i++) {
			struct lane *const lane = lanes->by_pid[i];

			if (best->is_scope != lane->is_scope ? best->is_scope
							     : lane->order < best->order)
				best = lane;
		}
		fn(best);
	}
}

static void tell_end_of(struct lane *lane)
{
	const struct figures *const figures = &lane->process->figures;
	char text[TELL_END_SIZE];

	if (*tell_format_end(lane->process, text) &&
	    (figures->end == END_KILLED || figures->status != 0))
		lane_notef(lane, NOTE_END, lane->end_us, lane->end_us, "%s", text);
}

void tell_gaps(struct lanes *lanes)
{
	each_process(lanes, tell_gaps_of);
}

void tell_ends(struct lanes *lanes)
{
	each_process(lanes, tell_end_of);
}
