/* SPDX-License-Identifier: MIT */
/* mplog tail: the records of processes by their names, out of the journal. */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/timestamp.h"
#include "conf/suggest.h"
#include "mplog.h"
#include "tool/cmd/commands.h"
#include "tool/journal/query.h"
#include "tool/ui/memory.h"
#include "tool/ui/options.h"
#include "tool/ui/tool.h"
#include "tool/view/view.h"

enum { COUNT_DEFAULT = 10 };

static const struct view *const views[] = { &view_short, &view_cat, &view_json, &view_lanes };

struct arguments {
	struct query_options query;
	const struct view *view;
	bool is_followed, has_count, has_delta;
};

static void flush(void)
{
	(void)fflush(stdout);
}

static int show_records(struct query *query, const struct view *view, void *state, bool is_followed)
{
	int r = 0;

	if (view->surveys > 0)
		r = query_history(query, is_followed, view->surveys, view->survey, state);
	if (r == 0)
		r = query_history(query, is_followed, QUERY_ALL, view->show, state);
	if (r == 0 && is_followed) {
		flush();
		r = query_follow(query, view->show, flush, state);
	}
	return r;
}

/* Reports why nothing was shown. */
static void explain_silence(const struct query *query, char **patterns)
{
	AUTO_FREE const char **words = memory_new(query->match.n_names + 1, sizeof(*words));
	const char *closest = NULL;

	if (sd_journal_has_runtime_files(query->journal) <= 0 &&
	    sd_journal_has_persistent_files(query->journal) <= 0 && !query->options.directory) {
		tool_complain("there is no journal that you may read: root may, and the group "
			      "systemd-journal");
		return;
	}
	if (!patterns[0] || query->match.n_wanted > 0)
		return;
	for (size_t i = 0, n = 0; i < query->match.n_names; i++) {
		if (*match_name(&query->match, i))
			words[n++] = match_name(&query->match, i);
	}
	if (!patterns[1])
		closest = suggest_word(patterns[0], words);
	tool_complain("no process of that name has logged%s%s%s",
		      closest ? "; did you mean \"" : "", closest ? closest : "",
		      closest ? "\"?" : "");
}

static int run_query(const struct arguments *arguments)
{
	const struct look look = {
		.term = term_look(),
		.has_identifier = !arguments->query.match.identifier,
		.has_delta = arguments->has_delta,
		.is_followed = arguments->is_followed,
	};
	const struct view *const view = arguments->view;
	struct query query;
	int r = query_open(&query, &arguments->query);

	if (r == 0) {
		void *const state = view->open(&look);

		r = show_records(&query, view, state, arguments->is_followed);
		view->close(state);
	}
	if (r < 0)
		tool_complain("tail: the journal: %s", strerror(-r));
	else if (query.passed_on == 0)
		explain_silence(&query, arguments->query.match.patterns);
	query_close(&query);
	if (r < 0)
		return STATUS_TROUBLE;
	return query.passed_on ? STATUS_GOOD : STATUS_BAD;
}

static const char help[] =
	"NAME may have *, ? and [...]: 'worker-*'. Without one: all processes.\n"
	"\n"
	"  -f, --follow                 go on with what will be logged\n"
	"  -n, --lines=N                the last N records, or \"all\" (10; all with --since, --run)\n"
	"  -t, --identifier=IDENTIFIER  of this program\n"
	"  -p, --level=LEVEL            of this level and worse\n"
	"      --since=TIME             \"2026-11-22 09:25\", 09:25, today, yesterday, \"1h ago\"\n"
	"      --run=RUN_ID             of this run\n"
	"  -D, --directory=DIR          of the journal files there\n"
	"      --lanes                  one lane a process, side by side\n"
	"      --output=FORMAT          short, cat (messages alone), json\n"
	"      --delta                  with the time since the record before\n"
	"\n"
	"Exit status: 0, or 1 where there is no such record.\n";

static int parse_count(void *userdata, const char *text)
{
	struct arguments *const arguments = userdata;
	unsigned long number;
	char *end;

	arguments->has_count = true;
	if (strcmp(text, "all") == 0) {
		arguments->query.count = QUERY_ALL;
		return STATUS_GOOD;
	}
	number = strtoul(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end)
		return tool_usage(&command_tail, "invalid number \"%s\"", text);
	arguments->query.count = number;
	return STATUS_GOOD;
}

static int parse_view(void *userdata, const char *name)
{
	struct arguments *const arguments = userdata;

	if (arguments->view)
		return tool_usage(&command_tail, "--lanes is an output of its own");
	for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++) {
		if (strcmp(views[i]->name, name) == 0) {
			arguments->view = views[i];
			return STATUS_GOOD;
		}
	}
	return tool_usage(&command_tail, "unknown output \"%s\" (expected short, cat, json)", name);
}

static int parse_tail(struct arguments *arguments, int argc, char **argv)
{
	bool has_lanes = false;
	const struct option_row rows[] = {
		{ "follow", 'f', .flag = &arguments->is_followed },
		{ "lines", 'n', .parse = parse_count },
		{ "identifier", 't', .text = &arguments->query.match.identifier },
		{ "level", 'p', .level = &arguments->query.match.level },
		{ "since", .time_us = &arguments->query.since_us },
		{ "run", .text = &arguments->query.match.run },
		{ "directory", 'D', .text = &arguments->query.directory },
		{ "lanes", .flag = &has_lanes },
		{ "output", .parse = parse_view },
		{ "delta", .flag = &arguments->has_delta },
		{ 0 },
	};
	int status = options_parse(&command_tail, rows, arguments, argc, argv);

	if (status == STATUS_GOOD && has_lanes)
		status = parse_view(arguments, view_lanes.name);
	arguments->query.match.patterns = argv + optind;
	for (char **pattern = argv + optind; status == STATUS_GOOD && *pattern; pattern++) {
		if (glob_mistake(*pattern))
			status = tool_usage(&command_tail, "malformed pattern \"%s\": %s", *pattern,
					    glob_mistake(*pattern));
	}
	if (!arguments->view)
		arguments->view = &view_short;
	arguments->query.hides_ends = arguments->view->hides_ends;
	if (!arguments->has_count && (arguments->query.since_us > 0 || arguments->query.match.run))
		arguments->query.count = QUERY_ALL;
	return status;
}

static int run_tail(const struct command *command, int argc, char **argv)
{
	struct arguments arguments = {
		.query = { .match.level = MPLOG_DEBUG, .count = COUNT_DEFAULT },
	};
	const int status = parse_tail(&arguments, argc, argv);

	if (status != STATUS_GOOD)
		return status;
	timestamp_init();
	return run_query(&arguments);
}

const struct command command_tail = {
	.name = "tail",
	.summary = "Show what processes logged, by their names",
	.arguments = "[-f] [-n N] [-t IDENTIFIER] [-p LEVEL] [--since=TIME] [--run=RUN_ID]\n"
		     "                  [-D DIR] [--lanes | --output=FORMAT] [--delta] [NAME...]",
	.help = help,
	.run = run_tail,
};
