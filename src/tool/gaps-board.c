/* SPDX-License-Identifier: MIT */
#include "gaps-board.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* How long a record may be under way, at most: far longer than any timeout_ms in use. */
enum { ARRIVAL_US = 60 * 1000 * 1000 };

int gaps_read_boards(struct obituaries *ret)
{
	struct obituaries obituaries;
	int r = boards_find(false, &obituaries.boards);

	if (r < 0)
		return r;
	obituaries.snapshot = calloc(obituaries.boards.n + 1, sizeof(struct snapshot));
	r = obituaries.snapshot ? 0 : -ENOMEM;
	for (size_t i = 0; r == 0 && i < obituaries.boards.n; i++)
		r = snapshot_take(&obituaries.boards.board[i], &obituaries.snapshot[i]);
	if (r < 0)
		gaps_free_boards(&obituaries);
	else
		*ret = obituaries;
	return r;
}

void gaps_free_boards(struct obituaries *obituaries)
{
	for (size_t i = 0; obituaries->snapshot && i < obituaries->boards.n; i++)
		snapshot_free(&obituaries->snapshot[i]);
	free(obituaries->snapshot);
	boards_free(&obituaries->boards);
}

static bool has_run(const struct tally *tally, const char *run_id)
{
	for (size_t i = 0; i < tally->n; i++) {
		if (strcmp(tally->process[i]->run_id, run_id) == 0)
			return true;
	}
	return false;
}

/* Its pid may be a younger process's by now, which began to log after its last record. */
static bool is_younger(const struct counted *process, const struct entry *entry)
{
	return process->first_us > (uint64_t)entry->last_record_ns / 1000 + ARRIVAL_US;
}

static struct counted *find(struct tally *tally, const struct entry *entry, bool all)
{
	const char *run_id = entry->board->run_id;
	struct counted *process = tally_find(tally, run_id, entry->pid);
	const bool is_new = !process;
	sd_id128_t boot_id;

	while (process && is_younger(process, entry))
		process = tally_find_before(tally, process);
	if (process || !is_new || !all || !entry->sequence || sd_id128_get_boot(&boot_id) < 0)
		return process;
	process = tally_get(tally, run_id, boot_id, entry->pid);
	if (process)
		counted_name(process, entry->name, entry->board->identifier);
	return process;
}

static void add_figures(struct counted *process, const struct entry *entry)
{
	process->last = entry->sequence;
	process->sent = entry->counter[COUNTER_SENT];
	process->final = (struct losses){
		.lost = entry->counter[COUNTER_LOST],
		.diverted = entry->counter[COUNTER_DIVERTED],
		.suppressed = entry->counter[COUNTER_SUPPRESSED],
	};
	if (process->end == END_UNKNOWN)
		process->end = entry->has_said_so ? END_ITSELF : END_KILLED;
}

static void add(struct tally *tally, const struct entry *entry, bool all)
{
	struct counted *process = find(tally, entry, all && !entry->is_alive);

	if (!process)
		return;
	process->since_us = (uint64_t)entry->since_ns / 1000;
	if (!entry->is_alive)
		add_figures(process, entry);
}

static void add_board(struct tally *tally, const struct snapshot *snapshot, bool all)
{
	for (size_t i = 0; i < snapshot->n; i++) {
		const struct entry *entry = &snapshot->entry[i];

		if (!entry->is_scope)
			add(tally, entry, all);
	}
}

void gaps_add_boards(struct tally *tally, const struct obituaries *obituaries, bool all)
{
	for (size_t i = 0; i < obituaries->boards.n; i++) {
		if (has_run(tally, obituaries->boards.board[i].run_id))
			add_board(tally, &obituaries->snapshot[i], all);
	}
}
