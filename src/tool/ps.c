/* SPDX-License-Identifier: MIT */
/* mplog ps: every process that logs through mplog. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <string.h>

#include "boards.h"
#include "clock.h"
#include "describe.h"
#include "filter.h"
#include "print.h"
#include "snapshot.h"
#include "table.h"
#include "tool.h"
#include "tree.h"

struct options {
	struct filter filter;
	bool json;
};

static const struct column columns[] = {
	{ "PROCESS", false },   { "PID", true },  { "LEVEL", false },   { "SET BY", false },
	{ "SINK", false },      { "SENT", true }, { "DIVERTED", true }, { "LOST", true },
	{ "SUPPRESSED", true }, { "LAST", true },
};

static const enum counter shown_counters[] = { COUNTER_SENT, COUNTER_DIVERTED, COUNTER_LOST,
					       COUNTER_SUPPRESSED };

enum { N_SHOWN_COUNTERS = sizeof(shown_counters) / sizeof(shown_counters[0]) };

static enum colour colour_of_counter(enum counter counter, uint64_t value)
{
	if (value == 0 || counter == COUNTER_SENT)
		return COLOUR_NONE;
	return counter == COUNTER_LOST ? COLOUR_RED : COLOUR_YELLOW;
}

static void put_counters(struct table *table, const uint64_t *counter)
{
	for (int i = 0; i < N_SHOWN_COUNTERS; i++) {
		const uint64_t value = counter[shown_counters[i]];

		table_put(table, colour_of_counter(shown_counters[i], value), "%" PRIu64, value);
	}
}

static void put_entry(struct table *table, const struct tree_line *line)
{
	const struct entry *entry = line->entry;
	const enum colour colour = entry->is_alive ? COLOUR_NONE : COLOUR_FAINT;
	char by[DESCRIPTION_SIZE], span[PRINT_TIME_SIZE];

	table_put(table, colour, "%s%s", line->prefix, entry->name);
	if (entry->is_scope)
		table_put(table, colour, "%s", "scope");
	else
		table_put(table, colour, "%ld", (long)entry->pid);
	if (entry->is_alive) {
		table_put(table, entry->by_person ? COLOUR_YELLOW : colour, "%s",
			  describe_level(entry->level));
		table_put(table, colour, "%s", describe_level_by(entry, by));
	} else {
		table_put(table, colour, "ended");
		table_put(table, colour, "%s", "");
	}
	table_put(table, entry->sink_error ? COLOUR_YELLOW : colour, "%s",
		  describe_sink(entry->sink));
	put_counters(table, entry->counter);
	table_put(table, colour, "%s",
		  entry->last_record_ns
			  ? print_span(span, clock_now_ns(CLOCK_REALTIME) - entry->last_record_ns)
			  : "never");
}

/* The dead whose slots others have now, by name. */
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
		if (read_figures(&board->board->total[i], &ret->figures[ret->n]) &&
		    filter_wants_name(filter, ret->figures[ret->n].name))
			ret->n++;
	}
}

static void put_figures(struct table *table, const struct figures *figures)
{
	table_put(table, COLOUR_FAINT, "  %s", figures->name);
	table_put(table, COLOUR_FAINT, "%s", "");
	table_put(table, COLOUR_FAINT, "ended");
	table_put(table, COLOUR_FAINT, "%" PRIu32 " earlier one%s", figures->processes,
		  figures->processes == 1 ? "" : "s");
	table_put(table, COLOUR_FAINT, "%s", "");
	put_counters(table, figures->counter);
	table_end_row(table);
}

static void put_program(struct table *table, const struct found_board *board,
			const struct tree *tree, const struct totals *totals)
{
	table_put_heading(table, COLOUR_BOLD, "%s, run %s", board->identifier, board->run_id);
	for (size_t i = 0; i < tree->n; i++)
		put_entry(table, &tree->line[i]);
	for (size_t i = 0; i < totals->n; i++)
		put_figures(table, &totals->figures[i]);
}

static void print_entry_as_json(const struct entry *entry)
{
	struct json json;

	json_begin(&json, stdout);
	describe_as_json(&json, entry);
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
		print_entry_as_json(tree->line[i].entry);
	for (size_t i = 0; i < totals->n; i++)
		print_figures_as_json(board, &totals->figures[i]);
}

static void tell_slotless(const struct found_board *board)
{
	const uint32_t n = atomic_load(&board->board->slotless);

	if (n)
		tool_complain("%s: %" PRIu32
			      " processes and scopes found no place on the board: they log,"
			      " but cannot be seen or steered",
			      board->identifier, n);
}

/* Returns how many lines there were, or -ENOMEM. */
static int show_board(const struct found_board *board, const struct options *options,
		      struct table *table)
{
	struct snapshot snapshot;
	struct totals totals;
	struct tree tree = { 0 };
	int r;

	r = snapshot_take(board, &snapshot);
	if (r < 0)
		return r;
	r = tree_grow(&snapshot, &options->filter, &tree);
	read_totals(board, &options->filter, &totals);
	if (r == 0 && options->json)
		print_program_as_json(board, &tree, &totals);
	else if (r == 0 && tree.n + totals.n > 0)
		put_program(table, board, &tree, &totals);
	if (r == 0)
		r = (int)(tree.n + totals.n);
	tree_free(&tree);
	snapshot_free(&snapshot);
	return r;
}

static int show(const struct boards *boards, const struct options *options)
{
	struct table *table = table_new(columns, sizeof(columns) / sizeof(columns[0]));
	int r = table ? 0 : -ENOMEM;
	size_t shown = 0;

	for (size_t i = 0; r >= 0 && i < boards->n; i++) {
		if (!filter_wants_program(&options->filter, &boards->board[i]))
			continue;
		r = show_board(&boards->board[i], options, table);
		shown += r > 0 ? (size_t)r : 0;
	}
	if (r >= 0 && shown == 0)
		filter_tell_nobody(&options->filter);
	else if (r >= 0 && !options->json)
		r = table_print(table, stdout);
	table_free(table);
	return r;
}

static int ps(const struct options *options)
{
	struct boards boards;
	int r = boards_find(false, &boards);

	if (r == 0)
		r = show(&boards, options);
	if (r < 0) {
		tool_complain("ps: %s", strerror(-r));
		return STATUS_TROUBLE;
	}
	for (size_t i = 0; i < boards.n; i++) {
		if (filter_wants_program(&options->filter, &boards.board[i]))
			tell_slotless(&boards.board[i]);
	}
	boards_tell_hidden(&boards);
	boards_free(&boards);
	return STATUS_GOOD;
}

static int run(const struct command *command, int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "identifier", required_argument, NULL, 't' },
		{ "all", no_argument, NULL, 'a' },
		{ "json", no_argument, NULL, 'j' },
		{ 0 },
	};
	struct options options = { 0 };
	int option;

	while ((option = getopt_long(argc, argv, "t:aj", long_options, NULL)) >= 0) {
		switch (option) {
		case 't':
			options.filter.identifier = optarg;
			break;
		case 'a':
			options.filter.with_dead = true;
			break;
		case 'j':
			options.json = true;
			break;
		default:
			return tool_usage(command, NULL);
		}
	}
	options.filter.name = argv + optind;
	options.filter.n_names = (size_t)(argc - optind);
	return ps(&options);
}

const struct command command_ps = {
	.name = "ps",
	.summary = "Show every process that logs through mplog",
	.arguments = "[-a] [-t IDENTIFIER] [--json] [NAME...]",
	.help = "A tree by program and run, the scopes of a process below it. NAME may be a glob.\n"
		"\n"
		"  -a, --all                    those that have ended, too, as long as their program runs\n"
		"  -t, --identifier=IDENTIFIER  of this program\n"
		"  --json                       one JSON object a line\n"
		"\n"
		"Root sees all processes, others their own.\n"
		"Exit status: 0, 2 usage or trouble.\n",
	.run = run,
};
