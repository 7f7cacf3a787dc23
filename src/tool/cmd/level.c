/* SPDX-License-Identifier: MIT */
/* mplog level: show and set the levels of processes that run. */
#include "base/level.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/glob.h"
#include "tool/cmd/commands.h"
#include "tool/cmd/level-show.h"
#include "tool/cmd/level-target.h"
#include "tool/live/describe.h"
#include "tool/live/each.h"
#include "tool/live/level-change.h"
#include "tool/ui/options.h"
#include "tool/ui/term.h"
#include "tool/ui/timespan.h"
#include "tool/ui/tool.h"

enum { LOCK_WAIT_NS = 2000000000, LOCK_PAUSE_NS = 10000000 };

struct options {
	struct filter filter;
	struct table_options table;
	bool reset;
	uint64_t for_usec; /* 0: as long as the program runs */
	override_word override;
};

/* ---- Setting ----------------------------------------------------------------------------------- */

static const char *plural(size_t n, const char *one, const char *many)
{
	return n == 1 ? one : many;
}

static void print_change(const struct target *target, const struct override_entry *entry,
			 const struct level_change_effect *effect)
{
	const char *identifier = target->board->identifier;
	char until[DESCRIPTION_SIZE];

	(void)term_printf(stdout, "%s: ", identifier);
	if (target->pid)
		(void)printf("process %ld", (long)target->pid);
	else
		(void)term_printf(stdout, "%s", entry->pattern);
	if (entry->override == OVERRIDE_RESET)
		(void)fputs(" as configured", stdout);
	else
		(void)term_printf(
			stdout, " at %s %s", describe_level(override_level(entry->override)),
			describe_until(identifier, override_until_ms(entry->override), until));
	(void)printf(", now %zu %s", effect->processes,
		     plural(effect->processes, "process", "processes"));
	if (effect->scopes)
		(void)printf(" and %zu %s", effect->scopes,
			     plural(effect->scopes, "scope", "scopes"));
	(void)putchar('\n');
}

static void complain_about(const struct found_board *board, int error)
{
	if (error == -ENOSPC)
		tool_complain(
			"%s: %d levels are set already: take them back with mplog level '*' --reset",
			board->identifier, BOARD_OVERRIDES);
	else if (error == -EAGAIN)
		tool_complain("%s: its board is locked by another process", board->identifier);
	else
		tool_complain("%s: cannot open its board: %s", board->identifier, strerror(-error));
}

static int set_on(const struct target *target, const struct options *options)
{
	struct override_entry entry = {
		.override = options->override,
		.uid = getuid(),
		.pid = target->inner_pid,
		.since_boot_ms = clock_now_ns(CLOCK_BOOTTIME) / NS_PER_MS,
	};
	struct level_change_effect effect = { .processes = 0 };
	int r;

	(void)stpncpy(entry.pattern, target->pid ? "*" : options->filter.name[0],
		      sizeof(entry.pattern) - 1);
	r = level_change_apply(target->board, &entry, &effect);
	if (r == 0) {
		print_change(target, &entry, &effect);
		level_change_record(target->board, &entry);
	}
	return r;
}

struct outcome {
	size_t set, failed;
};

/* Any process that has a board open may hold its lock: all locks together are waited for so long. */
static struct outcome set_on_all(const struct targets *targets, const struct options *options)
{
	const int64_t end_ns = clock_now_ns(CLOCK_MONOTONIC) + LOCK_WAIT_NS;
	const struct timespec pause = { .tv_nsec = LOCK_PAUSE_NS };
	struct outcome outcome = { 0, 0 };
	size_t left = targets->n;
	bool is_over;

	while (left) {
		const size_t n = left;

		is_over = clock_now_ns(CLOCK_MONOTONIC) >= end_ns;
		left = 0;
		for (size_t i = 0; i < n; i++) {
			const struct target target = targets->target[i];
			const int r = set_on(&target, options);

			if (r == -EAGAIN && !is_over) {
				targets->target[left++] = target;
			} else if (r == 0) {
				outcome.set++;
			} else if (!board_error_is_end(r)) {
				complain_about(target.board, r);
				outcome.failed++;
			}
		}
		if (left)
			(void)nanosleep(&pause, NULL);
	}
	return outcome;
}

static void complain_of_none(const struct filter *filter)
{
	const char *const name = filter->name[0];

	if (filter_is_number(name))
		tool_complain(
			"no process %s logs through mplog; for a name to come write it as a pattern, -t IDENTIFIER '[%c]%s'",
			name, name[0], name + 1);
	else if (filter->identifier)
		tool_complain("no program %s logs through mplog", filter->identifier);
	else if (filter_names_programs(filter))
		tool_complain("no program of that %s logs through mplog",
			      filter->unit ? "unit" : "run");
	else
		tool_complain(
			"no process %s logs through mplog; with -t IDENTIFIER the level waits for one",
			name);
}

static int set_level(const struct options *options)
{
	struct targets targets = { 0 };
	struct outcome outcome;
	struct each each;

	if (!each_begin(&each, "level", &options->filter, false))
		return STATUS_TROUBLE;
	targets_find(&each, options->reset, &targets);
	outcome = set_on_all(&targets, options);
	if (!outcome.set && !outcome.failed)
		complain_of_none(&options->filter);
	boards_tell_unread(&each.boards);
	free(targets.target);
	each_end(&each);
	if (outcome.failed)
		return STATUS_TROUBLE;
	return outcome.set ? STATUS_GOOD : STATUS_BAD;
}

/* ---- Arguments --------------------------------------------------------------------------------- */

static int parse_level(const struct command *command, struct options *options, const char *level)
{
	const uint64_t now_ms = (uint64_t)clock_now_ns(CLOCK_MONOTONIC) / 1000000;
	/* Rounded up, so that an end is never 0, which would say: none. */
	const uint64_t until_ms = options->for_usec ? now_ms + options->for_usec / 1000 + 1 : 0;
	int number;

	if (mplog_level_parse(level, &number) < 0)
		return tool_usage(command, "unknown level \"%s\" (expected %s)", level,
				  LEVEL_NAMES);
	options->override = override_pack(number, until_ms);
	return STATUS_GOOD;
}

static int parse_for(void *userdata, const char *text)
{
	struct options *const options = userdata;
	const int r = timespan_parse(text, &options->for_usec);

	if (r == 0 && options->for_usec > 0)
		return STATUS_GOOD;
	return tool_usage(&command_level,
			  "--for=%s: a time span was expected, such as 10m or 1h30min", text);
}

static int check_pattern(const struct command *command, const char *pattern)
{
	if (glob_mistake(pattern))
		return tool_usage(command, "malformed pattern \"%s\": %s", pattern,
				  glob_mistake(pattern));
	if (strlen(pattern) >= PROCESS_NAME_SIZE)
		return tool_usage(command, "the pattern has more than %d bytes",
				  PROCESS_NAME_SIZE - 1);
	return STATUS_GOOD;
}

/* Nothing, NAME [LEVEL], or NAME --reset */
static int parse_arguments(const struct command *command, struct options *options, int n,
			   char **arguments)
{
	const bool sets = n == 2;

	if (n > 2 || (options->reset && (n != 1 || options->for_usec)) ||
	    (options->for_usec && !sets))
		return tool_usage(command,
				  "expected NAME, NAME LEVEL [--for=TIME], or NAME --reset");
	options->filter.name = arguments;
	options->filter.n_names = n > 0;
	if (n > 0 && check_pattern(command, arguments[0]) != STATUS_GOOD)
		return STATUS_TROUBLE;
	if (options->reset)
		options->override = OVERRIDE_RESET;
	return sets ? parse_level(command, options, arguments[1]) : STATUS_GOOD;
}

static int run_level(const struct command *command, int argc, char **argv)
{
	struct options options = { .table = level_show_options() };
	const struct option_row rows[] = {
		{ "identifier", 't', .text = &options.filter.identifier },
		{ "run", .text = &options.filter.run_id },
		{ "unit", 'u', .text = &options.filter.unit },
		{ "for", 'f', .parse = parse_for },
		{ "reset", 'r', .flag = &options.reset },
		{ "output", 'o', .text = &options.table.list },
		{ "noheadings", .flag = &options.table.has_no_headings },
		{ "raw", .flag = &options.table.is_raw },
		{ 0 },
	};

	if (options_parse(command, rows, &options, argc, argv) != STATUS_GOOD)
		return STATUS_TROUBLE;
	if (parse_arguments(command, &options, argc - optind, argv + optind) != STATUS_GOOD)
		return STATUS_TROUBLE;
	if (options.override && table_options_are_given(&options.table))
		return tool_usage(command,
				  "--output, --noheadings and --raw are for what is shown");
	if (table_options_choose(&options.table, command) != STATUS_GOOD)
		return STATUS_TROUBLE;
	options.filter.with_pids = !options.override;
	return options.override ? set_level(&options) : level_show(&options.filter, &options.table);
}

const struct command command_level = {
	.name = "level",
	.summary = "Show or set the levels of processes that run",
	.arguments =
		"[-t IDENTIFIER] [-u UNIT] [--run=RUN_ID] [NAME|PID [LEVEL [--for=TIME] | --reset]]\n"
		"                   [-o COLUMNS] [--noheadings] [--raw]",
	.help = "NAME may be a glob. A level holds at once, in every process and scope of that name, in those\n"
		"to come, and in programs that these execute, until the time is over or the program ends.\n"
		"Of a PID it holds for that process and its scopes. Without NAME: all levels that were set.\n"
		"\n"
		"  -t, --identifier=IDENTIFIER  of this program, though there be no such process yet\n"
		"  -u, --unit=UNIT              of programs in this unit of systemd\n"
		"      --run=RUN_ID             of this run: mplog ps shows it\n"
		"  --for=TIME                   10m, 2s, 1h30min: afterwards it is what it was before\n"
		"  --reset                      it is the configuration's now\n"
		"  -o, --output=COLUMNS         of program,process,pid,level,set-by these are shown\n"
		"      --noheadings             rows alone\n"
		"      --raw                    for scripts: a blank between cells, none in them\n"
		"\n"
		"Levels: " LEVEL_NAMES ".\n"
		"Exit status: 0, 1 no such process, 2 usage or trouble.\n",
	.run = run_level,
};
