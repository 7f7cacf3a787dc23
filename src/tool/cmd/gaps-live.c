/* SPDX-License-Identifier: MIT */
#include "tool/cmd/gaps-live.h"

#include <string.h>

/* How long a record may be in flight: far longer than any timeout_ms in use. */
enum { ARRIVAL_US = 60 * 1000 * 1000 };

static bool has_run(const struct tally *tally, const char *run_id)
{
	for (size_t i = 0; i < tally->n; i++) {
		if (strcmp(tally->process[i]->run_id, run_id) == 0)
			return true;
	}
	return false;
}

/* Returns whether the pid went to a younger process, whose first record is younger than the last
 * one of the slot. */
static bool is_younger(const struct counted *process, const struct slot_view *view)
{
	return process->first_us > (uint64_t)view->last_record_ns / 1000 + ARRIVAL_US;
}

static struct counted *find_process(struct tally *tally, const struct slot_view *view, bool all)
{
	const char *run_id = view->board->run_id;
	struct counted *process = tally_find(tally, run_id, view->pid);
	const bool is_new = !process;
	sd_id128_t boot_id;

	while (process && is_younger(process, view))
		process = tally_find_before(tally, process);
	if (process || !is_new || !all || !view->sequence || sd_id128_get_boot(&boot_id) < 0)
		return process;
	process = tally_get(tally, run_id, boot_id, view->pid);
	counted_name(process, view->name, view->board->identifier);
	return process;
}

static void add_figures(struct counted *process, const struct slot_view *view)
{
	process->last = view->sequence;
	process->sent = view->counter[COUNTER_SENT];
	process->final = (struct losses){
		.lost = view->counter[COUNTER_LOST],
		.diverted = view->counter[COUNTER_DIVERTED],
		.suppressed = view->counter[COUNTER_SUPPRESSED],
	};
	if (process->end == END_UNKNOWN)
		process->end = view->has_said_so ? END_ITSELF : END_KILLED;
}

static void add_process(struct tally *tally, const struct slot_view *view, bool all)
{
	struct counted *process = find_process(tally, view, all && !view->is_alive);

	if (!process)
		return;
	process->since_us = (uint64_t)view->since_ns / 1000;
	if (!view->is_alive)
		add_figures(process, view);
}

static void add_board(struct tally *tally, const struct snapshot *snapshot, bool all)
{
	for (size_t i = 0; i < snapshot->n; i++) {
		const struct slot_view *view = &snapshot->view[i];

		if (!view->is_scope)
			add_process(tally, view, all);
	}
}

void gaps_add_live(struct tally *tally, struct each *each, bool all)
{
	const struct found_board *board;

	each_rewind(each);
	while ((board = each_next(each))) {
		if (has_run(tally, board->run_id))
			add_board(tally, each_snapshot(each), all);
	}
}
