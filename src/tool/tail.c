/* SPDX-License-Identifier: MIT */
/* mplog tail: the records of processes by their names, out of the journal. */

#include "tail.h"

#include "cleanup.h"
#include "conf-suggest.h"
#include "mplog.h"
#include "since.h"
#include "stamp.h"
#include "tool.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

enum { COUNT_DEFAULT = 10 };

static const struct view *const views[] = { &view_short, &view_cat, &view_json, &view_lanes };

struct arguments {
	struct query_options query;
	const struct view *view;
	bool is_followed, has_count, has_delta;
};

/* ---- Showing ---------------------------------------------------------------------------------- */

struct tail {
	struct query query;
	const struct view *view;
	void *state;
	size_t shown;
};

static void survey(const struct entry *entry, void *userdata)
{
	const struct tail *const tail = userdata;

	tail->view->survey(tail->state, entry);
}

static void show(const struct entry *entry, void *userdata)
{
	struct tail *const tail = userdata;

	tail->view->show(tail->state, entry);
	tail->shown++;
}

static void flush(void *userdata)
{
	(void)fflush(stdout);
}

static int show_all(struct tail *tail, bool is_followed)
{
	int r = 0;

	if (tail->view->surveys > 0)
		r = query_history(&tail->query, is_followed, tail->view->surveys, survey, tail);
	if (r == 0)
		r = query_history(&tail->query, is_followed, QUERY_ALL, show, tail);
	if (r == 0 && is_followed) {
		flush(tail);
		r = query_follow(&tail->query, show, flush, tail);
	}
	return r;
}

static int trouble(int error)
{
	tool_complain("tail: the journal: %s", strerror(-error));
	return STATUS_TROUBLE;
}

/* Who sees nothing wants to know why. */
static void explain_silence(const struct query *query, char **patterns)
{
	AUTO_FREE const char **words = calloc(query->names.n + 1, sizeof(*words));
	const char *closest = NULL;

	if (sd_journal_has_runtime_files(query->journal) <= 0 &&
	    sd_journal_has_persistent_files(query->journal) <= 0 && !query->options.directory) {
		tool_complain("there is no journal that you may read: root may, and the group "
			      "systemd-journal");
		return;
	}
	if (!patterns[0] || query->n_wanted > 0)
		return;
	for (size_t i = 0; words && i < query->names.n; i++)
		words[i] = query->names.name[i];
	if (words && !patterns[1])
		closest = suggest_word(patterns[0], words);
	tool_complain("no process of that name has logged%s%s%s",
		      closest ? "; did you mean \"" : "", closest ? closest : "",
		      closest ? "\"?" : "");
}

static int run_query(const struct arguments *arguments)
{
	const struct look look = {
		.terminal = terminal_look(),
		.has_identifier = !arguments->query.identifier,
		.has_delta = arguments->has_delta,
		.is_followed = arguments->is_followed,
	};
	struct tail tail = { .view = arguments->view };
	int status = STATUS_GOOD;
	int r = query_open(&tail.query, &arguments->query);

	tail.state = r == 0 ? arguments->view->open(&look) : NULL;
	if (r == 0 && !tail.state)
		r = -ENOMEM;
	if (r == 0)
		r = show_all(&tail, arguments->is_followed);
	if (r < 0)
		status = trouble(r);
	else if (tail.shown == 0)
		explain_silence(&tail.query, arguments->query.patterns);
	if (status == STATUS_GOOD && tail.shown == 0)
		status = STATUS_BAD;
	if (tail.state)
		arguments->view->close(tail.state);
	query_close(&tail.query);
	return status;
}

/* ---- Arguments -------------------------------------------------------------------------------- */

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

enum { OPTION_SINCE = 256, OPTION_RUN, OPTION_LANES, OPTION_OUTPUT, OPTION_DELTA };

static const struct option options[] = {
	{ "follow", no_argument, NULL, 'f' },
	{ "lines", required_argument, NULL, 'n' },
	{ "identifier", required_argument, NULL, 't' },
	{ "level", required_argument, NULL, 'p' },
	{ "since", required_argument, NULL, OPTION_SINCE },
	{ "run", required_argument, NULL, OPTION_RUN },
	{ "directory", required_argument, NULL, 'D' },
	{ "lanes", no_argument, NULL, OPTION_LANES },
	{ "output", required_argument, NULL, OPTION_OUTPUT },
	{ "delta", no_argument, NULL, OPTION_DELTA },
	{ 0 },
};

static int parse_count(struct arguments *arguments, const char *text)
{
	unsigned long number;
	char *end;

	arguments->has_count = true;
	if (strcmp(text, "all") == 0) {
		arguments->query.count = QUERY_ALL;
		return STATUS_GOOD;
	}
	number = strtoul(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end)
		return tool_usage(&command_tail, "\"%s\" is no number", text);
	arguments->query.count = number;
	return STATUS_GOOD;
}

static int parse_view(struct arguments *arguments, const char *name)
{
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

static int parse_level(struct arguments *arguments, const char *name)
{
	int *const level = &arguments->query.level;

	if (mplog_level_parse(name, level) < 0 || *level == MPLOG_NONE)
		return tool_usage(&command_tail, "unknown level \"%s\"", name);
	return STATUS_GOOD;
}

static int parse_since(struct arguments *arguments, const char *text)
{
	if (since_parse(text, time(NULL), &arguments->query.since_us) < 0)
		return tool_usage(&command_tail, "\"%s\" is no time", text);
	return STATUS_GOOD;
}

static int parse_option(struct arguments *arguments, int option)
{
	switch (option) {
	case 'f':
		arguments->is_followed = true;
		return STATUS_GOOD;
	case 'n':
		return parse_count(arguments, optarg);
	case 't':
		arguments->query.identifier = optarg;
		return STATUS_GOOD;
	case 'p':
		return parse_level(arguments, optarg);
	case OPTION_SINCE:
		return parse_since(arguments, optarg);
	case OPTION_RUN:
		arguments->query.run = optarg;
		return STATUS_GOOD;
	case 'D':
		arguments->query.directory = optarg;
		return STATUS_GOOD;
	case OPTION_LANES:
		return parse_view(arguments, view_lanes.name);
	case OPTION_OUTPUT:
		return parse_view(arguments, optarg);
	case OPTION_DELTA:
		arguments->has_delta = true;
		return STATUS_GOOD;
	default:
		return tool_usage(&command_tail, NULL);
	}
}

static int parse_arguments(struct arguments *arguments, int argc, char **argv)
{
	int option, status = STATUS_GOOD;

	optind = 0;
	while (status == STATUS_GOOD &&
	       (option = getopt_long(argc, argv, "fn:t:p:D:", options, NULL)) != -1)
		status = parse_option(arguments, option);
	arguments->query.patterns = argv + optind;
	for (char **pattern = argv + optind; status == STATUS_GOOD && *pattern; pattern++) {
		if (glob_mistake(*pattern))
			status = tool_usage(&command_tail, "malformed pattern \"%s\": %s", *pattern,
					    glob_mistake(*pattern));
	}
	if (!arguments->view)
		arguments->view = &view_short;
	arguments->query.hides_ends = arguments->view->hides_ends;
	if (!arguments->has_count && (arguments->query.since_us > 0 || arguments->query.run))
		arguments->query.count = QUERY_ALL;
	return status;
}

static int run(const struct command *command, int argc, char **argv)
{
	struct arguments arguments = {
		.query = { .level = MPLOG_DEBUG, .count = COUNT_DEFAULT },
	};
	const int status = parse_arguments(&arguments, argc, argv);

	if (status != STATUS_GOOD)
		return status;
	stamp_init();
	return run_query(&arguments);
}

const struct command command_tail = {
	.name = "tail",
	.summary = "Show what processes logged, by their names",
	.arguments = "[-f] [-n N] [-t IDENTIFIER] [-p LEVEL] [--since=TIME] [--run=RUN_ID]\n"
		     "                  [-D DIR] [--lanes | --output=FORMAT] [--delta] [NAME...]",
	.help = help,
	.run = run,
};
