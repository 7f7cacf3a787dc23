/* SPDX-License-Identifier: MIT */
/* mplog level: show and set the levels of processes that run. */
#include "base/level.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/glob.h"
#include "tool/cmd/commands.h"
#include "tool/cmd/level-show.h"
#include "tool/live/describe.h"
#include "tool/live/each.h"
#include "tool/live/level-change.h"
#include "tool/ui/options.h"
#include "tool/ui/term.h"
#include "tool/ui/timespan.h"
#include "tool/ui/tool.h"

struct options {
	struct filter filter;
	bool reset;
	uint64_t for_usec; /* 0: as long as the program runs */
	override_word override;
};

static const char *plural(size_t n, const char *one, const char *many)
{
	return n == 1 ? one : many;
}

static void print_done(const struct found_board *board, const struct override_order *order,
		       const struct level_change_effect *effect)
{
	char until[DESCRIPTION_SIZE];

	if (order->override == OVERRIDE_RESET)
		(void)term_printf(stdout, "%s: %s as configured", board->identifier,
				  order->pattern);
	else
		(void)term_printf(stdout, "%s: %s at %s %s", board->identifier, order->pattern,
				  describe_level(override_level(order->override)),
				  describe_until(board->identifier,
						 override_until_ms(order->override), until));
	(void)printf(", now %zu %s", effect->processes,
		     plural(effect->processes, "process", "processes"));
	if (effect->scopes)
		(void)printf(" and %zu %s", effect->scopes,
			     plural(effect->scopes, "scope", "scopes"));
	(void)putchar('\n');
}

static int set_on(const struct found_board *board, const struct options *options)
{
	const struct override_order order = {
		.pattern = options->filter.name[0],
		.override = options->override,
		.uid = getuid(),
	};
	struct level_change_effect effect;
	const int r = level_change_apply(board, &order, &effect);

	switch (r) {
	case 0:
		print_done(board, &order, &effect);
		level_change_record(board, &order);
		break;
	case -ENAMETOOLONG:
		tool_complain("level: the pattern has more than %d bytes", PROCESS_NAME_SIZE - 1);
		break;
	case -ENOSPC:
		tool_complain(
			"%s: %d levels are set already: take them back with mplog level '*' --reset",
			board->identifier, BOARD_OVERRIDES);
		break;
	case -EBUSY:
		tool_complain("%s: its board is locked by another process", board->identifier);
		break;
	default:
		tool_complain("%s: %s", board->identifier, strerror(-r));
	}
	return r;
}

static bool is_any_wanted(const struct snapshot *snapshot, const struct filter *filter)
{
	for (size_t i = 0; i < snapshot->n; i++) {
		if (filter_wants(filter, &snapshot->view[i]))
			return true;
	}
	return false;
}

/* Without -t a program is meant only where a process of it matches: a level that waits for a process
 * to come is for a program that was named. */
static bool is_meant(struct each *each, const struct found_board *board,
		     const struct options *options)
{
	return options->filter.identifier || is_any_wanted(each_snapshot(each), &options->filter) ||
	       (options->reset && override_holds(board->board, options->filter.name[0]));
}

static int set(const struct options *options)
{
	const struct found_board *board;
	size_t meant = 0, failed = 0;
	struct each each;

	if (!each_begin(&each, "level", &options->filter, true))
		return STATUS_TROUBLE;
	while ((board = each_next(&each))) {
		if (!is_meant(&each, board, options))
			continue;
		meant++;
		failed += set_on(board, options) < 0;
	}
	if (!meant && options->filter.identifier)
		tool_complain("no program %s logs through mplog", options->filter.identifier);
	else if (!meant)
		tool_complain(
			"no process %s logs through mplog; with -t IDENTIFIER the level waits for one",
			options->filter.name[0]);
	boards_tell_hidden(&each.boards);
	each_end(&each);
	if (failed)
		return STATUS_TROUBLE;
	return meant ? STATUS_GOOD : STATUS_BAD;
}

static int parse_person(const struct command *command, struct options *options, const char *level)
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

/* NAME [LEVEL], or NAME --reset */
static int parse_arguments(const struct command *command, struct options *options, int n,
			   char **arguments)
{
	const bool sets = n == 2;

	if (n < 1 || n > 2 || (options->reset && (sets || options->for_usec)) ||
	    (options->for_usec && !sets))
		return tool_usage(command,
				  "expected NAME, NAME LEVEL [--for=TIME], or NAME --reset");
	if (glob_mistake(arguments[0]))
		return tool_usage(command, "malformed pattern \"%s\": %s", arguments[0],
				  glob_mistake(arguments[0]));
	options->filter.name = arguments;
	options->filter.n_names = 1;
	if (options->reset)
		options->override = OVERRIDE_RESET;
	return sets ? parse_person(command, options, arguments[1]) : STATUS_GOOD;
}

static int run(const struct command *command, int argc, char **argv)
{
	struct options options = { 0 };
	const struct option_row rows[] = {
		{ "identifier", 't', .text = &options.filter.identifier },
		{ "for", 'f', .parse = parse_for },
		{ "reset", 'r', .flag = &options.reset },
		{ 0 },
	};

	if (options_parse(command, rows, &options, argc, argv) != STATUS_GOOD)
		return STATUS_TROUBLE;
	if (parse_arguments(command, &options, argc - optind, argv + optind) != STATUS_GOOD)
		return STATUS_TROUBLE;
	return options.override ? set(&options) : level_show(&options.filter);
}

const struct command command_level = {
	.name = "level",
	.summary = "Show or set the levels of processes that run",
	.arguments = "[-t IDENTIFIER] NAME [LEVEL [--for=TIME] | --reset]",
	.help = "NAME may be a glob. A level holds at once, in every process and scope of that name, and in\n"
		"those to come, until the time is over or the program ends.\n"
		"\n"
		"  -t, --identifier=IDENTIFIER  of this program, though there be no such process yet\n"
		"  --for=TIME                   10m, 2s, 1h30min: afterwards it is what it was before\n"
		"  --reset                      it is the configuration's now\n"
		"\n"
		"Levels: " LEVEL_NAMES ".\n"
		"Exit status: 0, 1 no such process, 2 usage or trouble.\n",
	.run = run,
};
