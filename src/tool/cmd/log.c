/* SPDX-License-Identifier: MIT */
/* mplog log: a record, or one a line, out of a shell script. */

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "mplog.h"
#include "tool/cmd/commands.h"
#include "tool/run/lines.h"
#include "api/log.h"
#include "tool/ui/memory.h"
#include "tool/ui/options.h"
#include "tool/ui/tool.h"

enum {
	EXIT_DIVERTED = STATUS_BAD,
	EXIT_SUPPRESSED = STATUS_TROUBLE + 1,
	EXIT_LOST,
};

struct arguments {
	const char *name;
	const char *identifier;
	int level;
	const char **fields; /* KEY=VALUE */
	size_t n_fields;
};

/* The worst exit status of all records. */
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

static void emit_record(int level, struct bytes text, void *userdata)
{
	const int status = exit_status(log_message(NULL, level, text));

	worst = status > worst ? status : worst;
}

static bool is_enabled(int level)
{
	return mplog_enabled(level);
}

static char *join_words(char **words)
{
	size_t size = 1;
	char *text, *end;

	for (char **word = words; *word; word++)
		size += strlen(*word) + 1;
	text = end = memory_new(size, 1);
	for (char **word = words; *word; word++)
		end = stpcpy(stpcpy(end, word == words ? "" : " "), *word);
	return text;
}

static void log_words(int level, char **words)
{
	AUTO_FREE char *text = join_words(words);

	if (is_enabled(level))
		emit_record(level, (struct bytes){ text, strlen(text) }, NULL);
}

static int log_input(int level)
{
	const struct lines_options options = { .level = level,
					       .passes = is_enabled,
					       .emit = emit_record };
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

static int parse_field(void *userdata, const char *field)
{
	struct arguments *const arguments = userdata;

	arguments->fields[arguments->n_fields++] = field;
	return STATUS_GOOD;
}

static int set_field(const char *field)
{
	const char *const equals = strchr(field, '=');
	AUTO_FREE char *name = NULL;
	int r;

	if (!equals)
		return tool_usage(&command_log, "\"%s\" is not KEY=VALUE", field);
	name = strndup(field, (size_t)(equals - field));
	r = name ? mplog_set_field(name, equals + 1) : -ENOMEM;
	if (r == -EINVAL)
		return tool_usage(&command_log, "invalid field name \"%s\", or one of mplog itself",
				  name);
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
	if (*words)
		log_words(arguments->level, words);
	else
		r = log_input(arguments->level);
	return r < 0 ? lost(r) : worst;
}

static int run_log(const struct command *command, int argc, char **argv)
{
	AUTO_FREE const char **fields = memory_new((size_t)argc, sizeof(*fields));
	struct arguments arguments = {
		.identifier = "mplog",
		.level = MPLOG_INFO,
		.fields = fields,
	};
	const struct option_row rows[] = {
		{ "name", 'n', .text = &arguments.name },
		{ "identifier", 't', .text = &arguments.identifier },
		{ "level", 'p', .level = &arguments.level },
		{ "field", 'F', .parse = parse_field },
		{ 0 },
	};
	int status = options_parse(command, rows, &arguments, argc, argv);

	if (status == STATUS_GOOD)
		status = log_all(&arguments, argv + optind);
	mplog_close();
	return status;
}

const struct command command_log = {
	.name = "log",
	.summary = "Log a text, or each line of standard input",
	.arguments = "[-n NAME] [-t IDENTIFIER] [-p LEVEL] [-F KEY=VALUE]... [--] [TEXT...]",
	.is_in_order = true,
	.help = help,
	.run = run_log,
};
