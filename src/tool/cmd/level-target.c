/* SPDX-License-Identifier: MIT */
#include "tool/cmd/level-target.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "board/override.h"
#include "tool/ui/memory.h"

static void add_target(struct targets *targets, const struct found_board *board,
		       const struct member *member)
{
	targets->target = memory_grow(targets->target, targets->n + 1, &targets->room,
				      sizeof(*targets->target));
	targets->target[targets->n++] = (struct target){
		.board = board,
		.pid = member ? member->pid : 0,
		.inner_pid = member ? member->inner_pid : 0,
	};
}

static bool is_any_wanted(const struct snapshot *snapshot, const struct filter *filter)
{
	for (size_t i = 0; i < snapshot->n; i++) {
		if (filter_wants(filter, &snapshot->view[i]))
			return true;
	}
	return false;
}

static bool has_entry(const struct board *board, const char *pattern)
{
	struct override_entry entries[BOARD_OVERRIDES];
	const size_t n = override_list(board, entries);

	for (size_t i = 0; i < n; i++) {
		if (strcmp(entries[i].pattern, pattern) == 0)
			return true;
	}
	return false;
}

/* Adds the programs of which a process has the name now. */
static void add_by_name(struct each *each, bool reset, struct targets *targets)
{
	const struct found_board *board;

	each_rewind(each);
	while ((board = each_next(each))) {
		const struct snapshot *snapshot = each_snapshot(each);

		if (is_any_wanted(snapshot, each->filter) ||
		    (reset && has_entry(board->copy, each->filter->name[0])))
			add_target(targets, board, NULL);
	}
}

/* Adds the process of which the name is the pid. */
static void add_by_pid(struct each *each, struct targets *targets)
{
	const long long pid = strtoll(each->filter->name[0], NULL, 10);
	const struct found_board *board;

	each_rewind(each);
	while (pid <= INT_MAX && (board = each_next(each))) {
		const struct member *member = board_member_by_pid(board, (pid_t)pid);

		if (member)
			add_target(targets, board, member);
	}
}

/* ---- More boards of the same programs ----------------------------------------------------------- */

/* The boards that are targets, by their place in struct boards. */
static bool *mark_targets(const struct boards *boards, const struct targets *targets)
{
	bool *is_target = memory_new(boards->n, sizeof(*is_target));

	for (size_t i = 0; i < targets->n; i++)
		is_target[targets->target[i].board - boards->board] = true;
	return is_target;
}

static void add_all(struct each *each, struct targets *targets)
{
	AUTO_FREE bool *is_target = mark_targets(&each->boards, targets);
	const struct found_board *board;

	each_rewind(each);
	while ((board = each_next(each))) {
		if (!is_target[board - each->boards.board])
			add_target(targets, board, NULL);
	}
}

static int compare_run_ids(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Lists the runs of the targets, sorted. */
static const char **list_runs(const struct targets *targets)
{
	const char **runs = memory_new(targets->n, sizeof(*runs));

	for (size_t i = 0; i < targets->n; i++)
		runs[i] = targets->target[i].board->run_id;
	if (targets->n)
		qsort(runs, targets->n, sizeof(*runs), compare_run_ids);
	return runs;
}

/* Adds what a program of the targets has executed, which has a board of its own and the same run. */
static void add_runs(const struct boards *boards, struct targets *targets)
{
	AUTO_FREE bool *is_target = mark_targets(boards, targets);
	AUTO_FREE const char **runs = list_runs(targets);
	const size_t n = targets->n;

	for (size_t i = 0; i < boards->n; i++) {
		const char *run_id = boards->board[i].run_id;

		if (*run_id && !is_target[i] &&
		    bsearch(&run_id, runs, n, sizeof(*runs), compare_run_ids))
			add_target(targets, &boards->board[i], NULL);
	}
}

void targets_find(struct each *each, bool reset, struct targets *targets)
{
	add_by_name(each, reset, targets);
	if (targets->n == 0 && filter_is_number(each->filter->name[0])) {
		add_by_pid(each, targets);
		return;
	}
	if (filter_names_programs(each->filter))
		add_all(each, targets);
	add_runs(&each->boards, targets);
}
