/* SPDX-License-Identifier: MIT */
/* mplog tail: the records of processes by their names, out of the journal. */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "base/timestamp.h"
#include "mplog.h"
#include "tool/cmd/commands.h"
#include "tool/cmd/tail-show.h"
#include "tool/ui/memory.h"
#include "tool/ui/options.h"
#include "tool/ui/regex.h"
#include "tool/ui/since.h"
#include "tool/ui/tool.h"
#include "tool/view/view.h"

enum { COUNT_DEFAULT = 10 };

static const struct view *const views[] = { &view_short, &view_cat, &view_json, &view_lanes };

struct arguments {
	struct tail_options options;
	bool has_count, is_utc;
	const char *since, *until;
	regex_t regex; /* where the query's points to it */
};

static const char help[] =
	"NAME may have *, ? and [...]: 'worker-*'. '!NAME' is left out. Without one: all processes.\n"
	"\n"
	"  -f, --follow                 go on with what will be logged\n"
	"  -n, --lines=N                the last N records, or \"all\" (10; all with --since, --run)\n"
	"  -t, --identifier=IDENTIFIER  of this program\n"
	"  -p, --level=LEVEL            of this level and worse; '!LEVEL': of all others\n"
	"      --since=TIME             \"2026-11-22 09:25\", 09:25, today, yesterday, \"1h ago\", or\n"
	"                               as records have it: \"2026-11-22 09:25:11,280\"\n"
	"      --until=TIME             until then\n"
	"      --run=RUN_ID             of this run\n"
	"  -F, --field=FIELD=VALUE      with this field; several of one field are alternatives\n"
	"  -g, --grep=REGEX             whose message matches; in lower case alone: in any case\n"
	"  -D, --directory=DIR          of the journal files there\n"
	"      --namespace=NAME         of the journal of this namespace; *: of all, +NAME: and ours\n"
	"      --lanes                  one lane a process, side by side\n"
	"      --output=FORMAT          short, cat (messages alone), json\n"
	"      --delta                  with the time since the record before\n"
	"  -x, --catalog                with what the journal's catalog says of records\n"
	"      --utc                    in UTC; --since and --until too\n"
	"\n"
	"Exit status: 0, 1 where there is no such record, 2 usage, or something cannot be read.\n";

static int parse_count(void *userdata, const char *text)
{
	struct arguments *const arguments = userdata;
	unsigned long number;
	char *end;

	arguments->has_count = true;
	if (strcmp(text, "all") == 0) {
		arguments->options.query.count = QUERY_ALL;
		return STATUS_GOOD;
	}
	number = strtoul(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end)
		return tool_usage(&command_tail, "invalid number \"%s\"", text);
	arguments->options.query.count = number;
	return STATUS_GOOD;
}

static int parse_view(void *userdata, const char *name)
{
	struct arguments *const arguments = userdata;

	if (arguments->options.view)
		return tool_usage(&command_tail, "--lanes is an output of its own");
	for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++) {
		if (strcmp(views[i]->name, name) == 0) {
			arguments->options.view = views[i];
			return STATUS_GOOD;
		}
	}
	return tool_usage(&command_tail, "unknown output \"%s\" (expected short, cat, json)", name);
}

/* "!LEVEL" begins where LEVEL ends. */
static int parse_level(void *userdata, const char *text)
{
	struct match_options *const match = &((struct arguments *)userdata)->options.query.match;
	const bool is_negated = text[0] == '!';
	int level;

	if (mplog_level_parse(text + is_negated, &level) < 0 || level == MPLOG_NONE)
		return tool_usage(&command_tail, "unknown level \"%s\"", text + is_negated);
	if (is_negated)
		match->first_level = level + 1;
	else
		match->level = level;
	return STATUS_GOOD;
}

static int parse_field(void *userdata, const char *text)
{
	struct match_options *const match = &((struct arguments *)userdata)->options.query.match;
	size_t room = match->n_fields;

	if (!match_is_field(text))
		return tool_usage(&command_tail,
				  "\"%s\": expected FIELD=VALUE, FIELD of A-Z, 0-9 and _", text);
	match->fields =
		memory_grow(match->fields, match->n_fields + 1, &room, sizeof(*match->fields));
	match->fields[match->n_fields++] = text;
	return STATUS_GOOD;
}

static int parse_regex(void *userdata, const char *text)
{
	struct arguments *const arguments = userdata;
	const int flags = REG_EXTENDED | REG_NOSUB | (regex_has_upper_case(text) ? 0 : REG_ICASE);
	char message[256];
	int r;

	if (arguments->options.query.regex)
		return tool_usage(&command_tail, "expected one --grep: a|b is a or b");
	r = regcomp(&arguments->regex, text, flags);
	if (r == 0) {
		arguments->options.query.regex = &arguments->regex;
		return STATUS_GOOD;
	}
	(void)regerror(r, &arguments->regex, message, sizeof(message));
	return tool_usage(&command_tail, "invalid regular expression \"%s\": %s", text, message);
}

/* The stamps of --utc can be given back to it. */
static int parse_times(struct arguments *arguments)
{
	struct query_options *const query = &arguments->options.query;
	const time_t now = time(NULL);

	if (arguments->is_utc) {
		(void)setenv("TZ", "UTC0", 1);
		tzset();
	}
	if (arguments->since && since_parse(arguments->since, now, &query->since_us) < 0)
		return tool_usage(&command_tail, "invalid time \"%s\"", arguments->since);
	if (arguments->until && since_parse_until(arguments->until, now, &query->until_us) < 0)
		return tool_usage(&command_tail, "invalid time \"%s\"", arguments->until);
	if (query->until_us && query->until_us < query->since_us)
		return tool_usage(&command_tail, "--until is before --since");
	return STATUS_GOOD;
}

static int check_patterns(char **patterns)
{
	for (; *patterns; patterns++) {
		const bool is_negated = **patterns == '!';
		const char *mistake = glob_mistake(*patterns + is_negated);

		if (is_negated && !(*patterns)[1])
			mistake = "expected a name behind it";

		if (mistake)
			return tool_usage(&command_tail, "malformed pattern \"%s\": %s", *patterns,
					  mistake);
	}
	return STATUS_GOOD;
}

/* What excludes each other. */
static int check_arguments(const struct arguments *arguments)
{
	const struct query_options *const query = &arguments->options.query;

	if (query->match.first_level > query->match.level)
		return tool_usage(&command_tail, "--level leaves no level");
	if (query->namespace && query->directory)
		return tool_usage(&command_tail, "expected --namespace or --directory");
	if (arguments->until && arguments->options.is_followed)
		return tool_usage(&command_tail, "--until is an end, which --follow has none");
	if (arguments->options.has_catalog && arguments->options.view != &view_short)
		return tool_usage(&command_tail, "--catalog goes with --output=short");
	return check_patterns(query->match.patterns);
}

static int parse_options(struct arguments *arguments, int argc, char **argv)
{
	bool has_lanes = false;
	const struct option_row rows[] = {
		{ "follow", 'f', .flag = &arguments->options.is_followed },
		{ "lines", 'n', .parse = parse_count },
		{ "identifier", 't', .text = &arguments->options.query.match.identifier },
		{ "level", 'p', .parse = parse_level },
		{ "since", .text = &arguments->since },
		{ "until", .text = &arguments->until },
		{ "run", .text = &arguments->options.query.match.run },
		{ "field", 'F', .parse = parse_field },
		{ "grep", 'g', .parse = parse_regex },
		{ "directory", 'D', .text = &arguments->options.query.directory },
		{ "namespace", .text = &arguments->options.query.namespace },
		{ "lanes", .flag = &has_lanes },
		{ "output", .parse = parse_view },
		{ "delta", .flag = &arguments->options.has_delta },
		{ "catalog", 'x', .flag = &arguments->options.has_catalog },
		{ "utc", .flag = &arguments->is_utc },
		{ 0 },
	};
	int status = options_parse(&command_tail, rows, arguments, argc, argv);

	if (status == STATUS_GOOD && has_lanes)
		status = parse_view(arguments, view_lanes.name);
	arguments->options.query.match.patterns = argv + optind;
	if (!arguments->options.view)
		arguments->options.view = &view_short;
	return status;
}

static int parse_tail(struct arguments *arguments, int argc, char **argv)
{
	int status = parse_options(arguments, argc, argv);

	if (status == STATUS_GOOD)
		status = parse_times(arguments);
	if (status == STATUS_GOOD)
		status = check_arguments(arguments);
	arguments->options.query.hides_ends = arguments->options.view->hides_ends;
	if (!arguments->has_count &&
	    (arguments->options.query.since_us > 0 || arguments->options.query.match.run))
		arguments->options.query.count = QUERY_ALL;
	return status;
}

static int run_tail(const struct command *command, int argc, char **argv)
{
	struct arguments arguments = {
		.options.query = { .match.level = MPLOG_DEBUG, .count = COUNT_DEFAULT },
	};
	int status = parse_tail(&arguments, argc, argv);

	if (status == STATUS_GOOD) {
		timestamp_init();
		status = tail_show(&arguments.options);
	}
	free(arguments.options.query.match.fields);
	if (arguments.options.query.regex)
		regfree(&arguments.regex);
	return status;
}

const struct command command_tail = {
	.name = "tail",
	.summary = "Show what processes logged, by their names",
	.arguments =
		"[-f] [-n N] [-t IDENTIFIER] [-p LEVEL] [--since=TIME] [--until=TIME]\n"
		"                  [--run=RUN_ID] [-F FIELD=VALUE]... [-g REGEX] [-D DIR |\n"
		"                  --namespace=NAME] [--lanes | --output=FORMAT] [--delta] [-x] [--utc]\n"
		"                  [NAME...]",
	.help = help,
	.run = run_tail,
};
