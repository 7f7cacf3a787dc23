/* SPDX-License-Identifier: MIT */
#include "tool/cmd/gaps-live.h"

#include <string.h>

#include "tool/ui/term.h"

static struct figures figures_of(const struct slot_view *view)
{
	return (struct figures){
		.end = view->has_said_so ? END_ITSELF : END_KILLED,
		.last = view->sequence,
		.sent = view->counter[COUNTER_SENT],
		.losses = { .lost = view->counter[COUNTER_LOST],
			    .diverted = view->counter[COUNTER_DIVERTED],
			    .suppressed = view->counter[COUNTER_SUPPRESSED] },
	};
}

static void add_view(struct reports *reports, struct run *run, const struct slot_view *view)
{
	struct report report = {
		.run = run,
		.pid = view->pid,
		.uid = view->board->owner,
		.is_alive = view->is_alive,
		.is_own = view->board->owner == 0 || view->board->owner == run->uid,
		.identifier = tally_copy(term_bytes(view->board->identifier)),
		.name = tally_copy(term_bytes(view->name)),
		.since_us = (uint64_t)view->since_ns / 1000,
	};

	(void)sd_id128_get_boot(&report.boot_id);
	if (!view->is_alive) {
		report.until_us = (uint64_t)view->last_record_ns / 1000;
		report.figures = figures_of(view);
	}
	reports_add(reports, &report);
}

static void add_board(struct tally *tally, struct reports *reports, struct each *each,
		      const struct found_board *board, const struct gaps_live *options)
{
	const bool is_asked_for = options->run_id && strcmp(options->run_id, board->run_id) == 0;
	struct run *run = is_asked_for ? tally_get_run(tally, board->run_id, board->owner)
				       : tally_find_run(tally, board->run_id);
	const struct snapshot *snapshot = run ? each_snapshot(each) : NULL;

	for (size_t i = 0; run && i < snapshot->n; i++) {
		const struct slot_view *view = &snapshot->view[i];
		const uint64_t last_us = (uint64_t)view->last_record_ns / 1000;

		if (!view->is_scope && (view->is_alive || last_us >= options->since_us))
			add_view(reports, run, view);
	}
}

bool gaps_add_live(struct tally *tally, struct reports *reports, const struct gaps_live *options)
{
	static const struct filter everything;
	const struct found_board *board;
	struct each each;

	if (!each_begin(&each, "gaps", &everything, false))
		return false;
	while ((board = each_next(&each))) {
		if (!options->identifier || strcmp(options->identifier, board->identifier) == 0)
			add_board(tally, reports, &each, board, options);
	}
	each_end(&each);
	return true;
}
