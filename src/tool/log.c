/* SPDX-License-Identifier: MIT */
/* mplog log: a record, or one a line, out of a shell script. */

#include "tool.h"

#include "cleanup.h"
#include "lines.h"
#include "log-bytes.h"
#include "mplog.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	EXIT_DIVERTED = STATUS_BAD,
	EXIT_SUPPRESSED = STATUS_TROUBLE + 1,
	EXIT_LOST,
};

struct arguments {
	const char *name;
	const char *identifier;
	int level;
	char **fields; /* KEY=VALUE */
	size_t n_fields;
};

/* ---- Delivery --------------------------------------------------------------------------------- */

/* The worst that happened. */
static int worst;

static int exit_status(int delivery)
{
	static const int of_delivery[] = { STATUS_GOOD, EXIT_DIVERTED, EXIT_SUPPRESSED };

	return delivery < 0 ? EXIT_LOST : of_delivery[delivery];
}

static int lost(int error)
{
	tool_complain("log: %s", strerror(-error));
	return EXIT_LOST;
}

static void emit(int level, struct bytes text, void *userdata)
{
	const int status = exit_status(log_bytes(NULL, level, text));

	worst = status > worst ? status : worst;
}

static bool passes(int level)
{
	return mplog_enabled(level);
}

static char *join_words(char **words)
{
	size_t size = 1;
	char *text, *end;

	for (char **word = words; *word; word++)
		size += strlen(*word) + 1;
	text = end = malloc(size);
	for (char **word = words; text && *word; word++)
		end = stpcpy(stpcpy(end, word == words ? "" : " "), *word);
	return text;
}

static int log_words(int level, char **words)
{
	char *const text = join_words(words);

	if (!text)
		return -ENOMEM;
	if (passes(level))
		emit(level, (struct bytes){ text, strlen(text) }, NULL);
	free(text);
	return 0;
}

static int log_input(int level)
{
	const struct lines_options options = { .level = level, .passes = passes, .emit = emit };
	struct lines lines;
	ssize_t n;
	int r = lines_init(&lines, &options);

	if (r < 0)
		return r;
	for (;;) {
		size_t room;
		char *const data = lines_room(&lines, &room);

		n = read(STDIN_FILENO, data, room);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		lines_feed(&lines, (size_t)n);
	}
	r = n < 0 ? -errno : 0;
	lines_finish(&lines);
	lines_free(&lines);
	return r;
}

/* ---- Arguments -------------------------------------------------------------------------------- */

static const char help[] =
	"Without TEXT: each line of standard input, which may begin with its level, <0> to <7>.\n"
	"\n"
	"  -n, --name=NAME              the process ($MPLOG_PROCESS, or main)\n"
	"  -t, --identifier=IDENTIFIER  the program (mplog)\n"
	"  -p, --level=LEVEL            emerg alert crit err warning notice info debug (info)\n"
	"  -F, --field=KEY=VALUE        a field of the records\n"
	"\n"
	"Exit status: 0 delivered, or below the level; 1 it went to a fallback; 2 usage;\n"
	"3 suppressed by its rate limit; 4 lost. Of several records the worst counts.\n";

static int parse_option(struct arguments *arguments, int option)
{
	switch (option) {
	case 'n':
		arguments->name = optarg;
		return STATUS_GOOD;
	case 't':
		arguments->identifier = optarg;
		return STATUS_GOOD;
	case 'p':
		if (mplog_level_parse(optarg, &arguments->level) < 0 ||
		    arguments->level == MPLOG_NONE)
			return tool_usage(&command_log, "unknown level \"%s\"", optarg);
		return STATUS_GOOD;
	case 'F':
		arguments->fields[arguments->n_fields++] = optarg;
		return STATUS_GOOD;
	default:
		return tool_usage(&command_log, NULL);
	}
}

static int parse_arguments(struct arguments *arguments, int argc, char **argv)
{
	static const struct option options[] = {
		{ "name", required_argument, NULL, 'n' },
		{ "identifier", required_argument, NULL, 't' },
		{ "level", required_argument, NULL, 'p' },
		{ "field", required_argument, NULL, 'F' },
		{ 0 },
	};
	int option, status = STATUS_GOOD;

	optind = 0;
	while (status == STATUS_GOOD &&
	       (option = getopt_long(argc, argv, "+n:t:p:F:", options, NULL)) != -1)
		status = parse_option(arguments, option);
	return status;
}

static int set_field(char *field)
{
	char *const equals = strchr(field, '=');
	int r;

	if (!equals)
		return tool_usage(&command_log, "\"%s\" is not KEY=VALUE", field);
	*equals = '\0';
	r = mplog_set_field(field, equals + 1);
	if (r == -EINVAL)
		return tool_usage(&command_log, "invalid field name \"%s\", or one of mplog itself",
				  field);
	return r < 0 ? lost(r) : STATUS_GOOD;
}

static int log_all(const struct arguments *arguments, char **words)
{
	int r = mplog_open(arguments->identifier, arguments->name, 0);

	if (r == -EINVAL)
		return tool_usage(&command_log, "a name must not be empty");
	if (r < 0)
		return lost(r);
	for (size_t i = 0; i < arguments->n_fields; i++) {
		r = set_field(arguments->fields[i]);
		if (r != STATUS_GOOD)
			return r;
	}
	r = *words ? log_words(arguments->level, words) : log_input(arguments->level);
	return r < 0 ? lost(r) : worst;
}

static int run(const struct command *command, int argc, char **argv)
{
	AUTO_FREE char **fields = calloc((size_t)argc, sizeof(*fields));
	struct arguments arguments = {
		.identifier = "mplog",
		.level = MPLOG_INFO,
		.fields = fields,
	};
	int status;

	if (!fields)
		return lost(-ENOMEM);
	status = parse_arguments(&arguments, argc, argv);
	if (status == STATUS_GOOD)
		status = log_all(&arguments, argv + optind);
	mplog_close();
	return status;
}

const struct command command_log = {
	.name = "log",
	.summary = "Log a text, or each line of standard input",
	.arguments = "[-n NAME] [-t IDENTIFIER] [-p LEVEL] [-F KEY=VALUE]... [--] [TEXT...]",
	.help = help,
	.run = run,
};
