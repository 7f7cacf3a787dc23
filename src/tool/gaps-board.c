/* SPDX-License-Identifier: MIT */
#include "gaps-board.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

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

static struct counted *find(struct tally *tally, const struct entry *entry, bool all)
{
	const char *run_id = entry->board->run_id;
	struct counted *process = tally_find(tally, run_id, entry->pid);
	sd_id128_t boot_id;

	if (process || !all || !entry->sequence || sd_id128_get_boot(&boot_id) < 0)
		return process;
	process = tally_get(tally, run_id, boot_id, entry->pid);
	if (process)
		counted_name(process, entry->name, entry->board->identifier);
	return process;
}

static void add(struct tally *tally, const struct entry *entry, bool all)
{
	struct counted *process = find(tally, entry, all);

	if (!process)
		return;
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

static void add_board(struct tally *tally, const struct snapshot *snapshot, bool all)
{
	for (size_t i = 0; i < snapshot->n; i++) {
		const struct entry *entry = &snapshot->entry[i];

		if (!entry->is_alive && !entry->is_scope)
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
