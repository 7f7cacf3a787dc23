/* SPDX-License-Identifier: MIT */
/* mplog ps: every process that logs through mplog. */
#include <getopt.h>
#include <inttypes.h>
#include <string.h>

#include "tool/cmd/commands.h"
#include "tool/live/describe.h"
#include "tool/live/each.h"
#include "tool/live/tree.h"
#include "tool/ui/options.h"
#include "tool/ui/table.h"
#include "tool/ui/tool.h"

struct options {
	struct filter filter;
	struct table_options table;
	bool json;
};

static const struct column columns[] = {
	{ "PROCESS" },
	{ "PID", .right = true },
	{ "LEVEL" },
	{ "SET BY" },
	{ "SINK" },
	{ "SENT", .right = true },
	{ "DIVERTED", .right = true },
	{ "LOST", .right = true },
	{ "SUPPRESSED", .right = true },
	{ "LAST", .right = true },
	{ "IDENTIFIER", .is_extra = true },
	{ "RUN ID", .is_extra = true },
	{ "USER", .is_extra = true },
};

static const enum counter shown_counters[] = { COUNTER_SENT, COUNTER_DIVERTED, COUNTER_LOST,
					       COUNTER_SUPPRESSED };

enum { N_SHOWN_COUNTERS = sizeof(shown_counters) / sizeof(shown_counters[0]) };

static enum color color_of_counter(enum counter counter, uint64_t value)
{
	if (value == 0 || counter == COUNTER_SENT)
		return COLOR_NONE;
	return counter == COUNTER_LOST ? COLOR_RED : COLOR_YELLOW;
}

static void put_counters(struct table *table, const uint64_t *counter)
{
	for (int i = 0; i < N_SHOWN_COUNTERS; i++) {
		const uint64_t value = counter[shown_counters[i]];

		table_put(table, color_of_counter(shown_counters[i], value), "%" PRIu64, value);
	}
}

/* What the program's heading has, too. */
static void put_program_columns(struct table *table, enum color color,
				const struct found_board *board)
{
	char user[DESCRIPTION_SIZE];

	table_put(table, color, "%s", board->identifier);
	table_put(table, color, "%s", board->run_id);
	table_put(table, color, "%s", describe_user(board->owner, user));
}

static void put_process(struct table *table, const struct tree_line *line)
{
	const struct slot_view *view = line->view;
	const enum color color = view->is_alive ? COLOR_NONE : COLOR_FAINT;
	char by[DESCRIPTION_SIZE], span[TERM_TIME_SIZE];

	table_put_branch(table, color, line->prefix, view->name);
	if (view->is_scope)
		table_put(table, color, "%s", "scope");
	else
		table_put(table, color, "%ld", (long)view->pid);
	if (view->is_alive) {
		table_put(table, view->by_person ? COLOR_YELLOW : color, "%s",
			  describe_level(view->level));
		table_put(table, color, "%s", describe_level_by(view, by));
	} else {
		table_put(table, color, "ended");
		table_put(table, color, "%s", "");
	}
	table_put(table, view->sink_error ? COLOR_YELLOW : color, "%s", describe_sink(view->sink));
	put_counters(table, view->counter);
	table_put(table, color, "%s",
		  view->last_record_ns ? term_age(span, view->last_record_ns) : "never");
	put_program_columns(table, color, view->board);
}

/* Dead processes whose slots others have now, by name. */
struct figures {
	char name[PROCESS_NAME_SIZE];
	uint32_t processes;
	uint64_t counter[COUNTER_COUNT];
};

struct totals {
	struct figures figures[BOARD_TOTALS];
	size_t n;
};

static bool read_figures(const struct total *total, struct figures *ret)
{
	if (atomic_load(&total->taken) != 2)
		return false;
	memcpy(ret->name, total->name, sizeof(ret->name));
	ret->name[sizeof(ret->name) - 1] = '\0';
	ret->processes = atomic_load(&total->processes);
	for (int i = 0; i < COUNTER_COUNT; i++)
		ret->counter[i] = atomic_load(&total->counter[i]);
	return true;
}

static void read_totals(const struct found_board *board, const struct filter *filter,
			struct totals *ret)
{
	ret->n = 0;
	for (int i = 0; filter->with_dead && i < BOARD_TOTALS; i++) {
		if (read_figures(&board->copy->total[i], &ret->figures[ret->n]) &&
		    filter_wants_name(filter, ret->figures[ret->n].name))
			ret->n++;
	}
}

static void put_figures(struct table *table, const struct found_board *board,
			const struct figures *figures)
{
	table_put_branch(table, COLOR_FAINT, "  ", figures->name);
	table_put(table, COLOR_FAINT, "%s", "");
	table_put(table, COLOR_FAINT, "ended");
	table_put(table, COLOR_FAINT, "%" PRIu32 " earlier one%s", figures->processes,
		  figures->processes == 1 ? "" : "s");
	table_put(table, COLOR_FAINT, "%s", "");
	put_counters(table, figures->counter);
	table_put(table, COLOR_FAINT, "%s", "");
	put_program_columns(table, COLOR_FAINT, board);
}

static void put_program(struct table *table, const struct found_board *board,
			const struct tree *tree, const struct totals *totals)
{
	char user[DESCRIPTION_SIZE];

	table_put_heading(table, COLOR_BOLD, term_bytes(board->identifier), ", run %s, user %s",
			  board->run_id, describe_user(board->owner, user));
	for (size_t i = 0; i < tree->n; i++)
		put_process(table, &tree->line[i]);
	for (size_t i = 0; i < totals->n; i++)
		put_figures(table, board, &totals->figures[i]);
}

static void print_view_as_json(const struct slot_view *view)
{
	struct json json;

	json_begin(&json, stdout);
	describe_as_json(&json, view);
	json_end(&json);
}

static void print_figures_as_json(const struct found_board *board, const struct figures *figures)
{
	struct json json;

	json_begin(&json, stdout);
	json_string(&json, "identifier", board->identifier);
	json_string(&json, "run_id", board->run_id);
	json_string(&json, "process", figures->name);
	json_bool(&json, "alive", false);
	json_number(&json, "ended_processes", figures->processes);
	describe_counters_as_json(&json, figures->counter);
	json_end(&json);
}

static void print_program_as_json(const struct found_board *board, const struct tree *tree,
				  const struct totals *totals)
{
	for (size_t i = 0; i < tree->n; i++)
		print_view_as_json(tree->line[i].view);
	for (size_t i = 0; i < totals->n; i++)
		print_figures_as_json(board, &totals->figures[i]);
}

static void tell_slotless(const struct found_board *board)
{
	const uint32_t n = board->slotless;

	if (n)
		tool_complain("%s: %" PRIu32
			      " processes and scopes found no place on the board: they log,"
			      " but cannot be seen or steered",
			      board->identifier, n);
}

/* Returns how many lines there were. */
static size_t show_board(const struct found_board *board, const struct snapshot *snapshot,
			 const struct options *options, struct table *table)
{
	struct tree tree = tree_grow(snapshot, &options->filter);
	struct totals totals;
	size_t n;

	read_totals(board, &options->filter, &totals);
	n = tree.n + totals.n;
	if (options->json)
		print_program_as_json(board, &tree, &totals);
	else if (n > 0)
		put_program(table, board, &tree, &totals);
	tree_free(&tree);
	return n;
}

static void show_boards(struct each *each, const struct options *options)
{
	struct table *table = table_new(&options->table);
	const struct found_board *board;
	size_t shown = 0;

	while ((board = each_next(each)))
		shown += show_board(board, each_snapshot(each), options, table);
	if (shown == 0)
		filter_tell_none(&options->filter);
	else if (!options->json)
		table_print(table);
	table_free(table);
}

static int ps(const struct options *options)
{
	const struct found_board *board;
	struct each each;

	if (!each_begin(&each, "ps", &options->filter, false))
		return STATUS_BAD;
	show_boards(&each, options);
	each_rewind(&each);
	while ((board = each_next(&each)))
		tell_slotless(board);
	boards_tell_unread(&each.boards);
	each_end(&each);
	return STATUS_GOOD;
}

static int run_ps(const struct command *command, int argc, char **argv)
{
	struct options options = {
		.filter.with_pids = true,
		.table = { .column = columns, .n_columns = sizeof(columns) / sizeof(columns[0]) },
	};
	const struct option_row rows[] = {
		{ "identifier", 't', .text = &options.filter.identifier },
		{ "all", 'a', .flag = &options.filter.with_dead },
		{ "json", 'j', .flag = &options.json },
		{ "output", 'o', .text = &options.table.list },
		{ "noheadings", .flag = &options.table.has_no_headings },
		{ "raw", .flag = &options.table.is_raw },
		{ 0 },
	};

	if (options_parse(command, rows, NULL, argc, argv) != STATUS_GOOD)
		return STATUS_TROUBLE;
	if (options.json && table_options_are_given(&options.table))
		return tool_usage(command, "--json has all there is: expected no --output, "
					   "--noheadings, --raw");
	if (table_options_choose(&options.table, command) != STATUS_GOOD)
		return STATUS_TROUBLE;
	options.filter.name = argv + optind;
	options.filter.n_names = (size_t)(argc - optind);
	return ps(&options);
}

const struct command command_ps = {
	.name = "ps",
	.summary = "Show every process that logs through mplog",
	.arguments = "[-a] [-t IDENTIFIER] [--json | [-o COLUMNS] [--noheadings] [--raw]]\n"
		     "                  [NAME|PID...]",
	.help = "A tree by program and run, the scopes of a process below it; whose the program is. NAME may\n"
		"be a glob.\n"
		"\n"
		"  -a, --all                    those that have ended, too, as long as their program runs\n"
		"  -t, --identifier=IDENTIFIER  of this program\n"
		"  --json                       one JSON object a line\n"
		"  -o, --output=COLUMNS         process,pid,level: these, and identifier, run-id and user\n"
		"      --noheadings             rows alone\n"
		"      --raw                    for scripts: a blank between cells, none in them, no tree\n"
		"\n"
		"Root sees all processes, others their own.\n"
		"Exit status: 0, 1 processes cannot be seen, 2 usage or trouble.\n",
	.run = run_ps,
};
