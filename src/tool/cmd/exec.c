/* SPDX-License-Identifier: MIT */
/* mplog exec: any command as a process of a name: what it prints is logged. */

#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mplog.h"
#include "tool/cmd/commands.h"
#include "tool/run/child.h"
#include "tool/run/keeper.h"
#include "tool/run/preload.h"
#include "tool/run/pump.h"
#include "tool/ui/options.h"
#include "tool/ui/tool.h"

enum {
	/* As those of env(1), nohup(1) and timeout(1): the command's own pass through. */
	EXIT_OURS = 125,
	EXIT_CANNOT_RUN = 126,
	EXIT_NOT_FOUND = 127,
};

struct arguments {
	const char *name;
	const char *identifier;
	const char *join; /* NULL: indented lines; "": nothing */
	bool syslog;
	struct pump_options options;
	char **command;
};

static int fail(int status, int error, const char *what)
{
	(void)fprintf(stderr, "mplog exec: %s: %s\n", what, strerror(-error));
	(void)mplog_errno(MPLOG_ERR, error, "mplog exec: %s", what);
	mplog_close();
	return status;
}

/* What syslog(3) with LOG_PERROR prints besides would be one more record. */
static int replace_syslog(const struct arguments *arguments)
{
	const char *file;
	const char *const refusal = preload_syslog(arguments->command[0], &file);

	if (refusal) {
		(void)fprintf(stderr, "mplog exec: %s: %s\n", file, refusal);
		return EXIT_OURS;
	}
	if (arguments->options.level[PUMP_ERR] != MPLOG_NONE)
		(void)setenv("MPLOG_ECHO", "false", 0);
	return STATUS_GOOD;
}

static int run_command(const struct arguments *arguments)
{
	struct child child;
	int signal_fd = -1, keeper_fd, r;

	r = signals_open(&signal_fd);
	if (r == 0)
		r = mplog_open(arguments->identifier, arguments->name, 0);
	if (r == 0)
		r = mplog_export(arguments->name);
	if (r < 0)
		return fail(EXIT_OURS, r, arguments->name);
	keeper_fd = keeper_open();
	if (arguments->syslog && replace_syslog(arguments) != STATUS_GOOD)
		return EXIT_OURS;
	r = child_start(&child, arguments->command,
			arguments->options.level[PUMP_OUT] != MPLOG_NONE,
			arguments->options.level[PUMP_ERR] != MPLOG_NONE);
	if (r < 0)
		return fail(r == -ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_RUN, r,
			    arguments->command[0]);
	r = pump_run(&child, signal_fd, &arguments->options);
	if (r < 0)
		return fail(EXIT_OURS, r, arguments->name);
	keeper_dump(keeper_fd, &child);
	mplog_close();
	child_exit_like(&child);
}

static const char help[] =
	"A line may begin with its level, <0> to <7>; indented lines continue the one before.\n"
	"\n"
	"  -t, --identifier=IDENTIFIER  the program (the command's file name)\n"
	"      --stdout=LEVEL           of lines of its standard output (info)\n"
	"      --stderr=LEVEL           of lines of its standard error (warning); none: it\n"
	"                               is not logged, and goes where it went\n"
	"      --join=REGEX             lines that match continue the one before, too; with an\n"
	"                               empty REGEX none does, not even indented ones\n"
	"      --json                   a line that is an object of JSON is a record with fields\n"
	"      --syslog                 what it says by syslog(3) is logged by mplog, in each of its\n"
	"                               processes: libmplog-syslog is loaded into it\n"
	"\n"
	"The exit status is the command's; 125 to 127 tell that it could not be run.\n";

static const char *file_name(const char *path)
{
	const char *const slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

/* NAME stands before the options or behind them; what comes after it is the command. */
static int parse_exec(struct arguments *arguments, int argc, char **argv)
{
	int *const level = arguments->options.level;
	const struct option_row rows[] = {
		{ "identifier", 't', .text = &arguments->identifier },
		{ "stdout", .level = &level[PUMP_OUT], .takes_none = true },
		{ "stderr", .level = &level[PUMP_ERR], .takes_none = true },
		{ "join", .text = &arguments->join },
		{ "json", .flag = &arguments->options.json },
		{ "syslog", .flag = &arguments->syslog },
		{ 0 },
	};

	for (;;) {
		if (options_parse(&command_exec, rows, NULL, argc, argv) != STATUS_GOOD)
			return STATUS_TROUBLE;
		if (arguments->name || optind >= argc || strcmp(argv[optind - 1], "--") == 0)
			break;
		arguments->name = argv[optind++];
	}
	arguments->command = argv + optind;
	if (!arguments->name || !arguments->name[0])
		return tool_usage(&command_exec, "expected NAME");
	if (optind >= argc)
		return tool_usage(&command_exec, "expected COMMAND");
	if (!arguments->identifier)
		arguments->identifier = file_name(arguments->command[0]);
	return STATUS_GOOD;
}

static int compile_join(struct arguments *arguments, regex_t *join)
{
	arguments->options.joins = !arguments->join || arguments->join[0];
	if (!arguments->join || !arguments->join[0])
		return STATUS_GOOD;
	if (regcomp(join, arguments->join, REG_EXTENDED | REG_NOSUB) != 0)
		return tool_usage(&command_exec, "invalid regular expression \"%s\"",
				  arguments->join);
	arguments->options.join = join;
	return STATUS_GOOD;
}

static int run_exec(const struct command *command, int argc, char **argv)
{
	struct arguments arguments = {
		.options.level = { [PUMP_OUT] = MPLOG_INFO, [PUMP_ERR] = MPLOG_WARNING },
	};
	regex_t join;
	int status;

	if (parse_exec(&arguments, argc, argv) != STATUS_GOOD ||
	    compile_join(&arguments, &join) != STATUS_GOOD)
		return EXIT_OURS;
	status = run_command(&arguments);
	if (arguments.options.join)
		regfree(&join);
	return status;
}

const struct command command_exec = {
	.name = "exec",
	.summary = "Run a command as a process of that name: what it prints is logged",
	.arguments =
		"NAME [-t IDENTIFIER] [--stdout=LEVEL] [--stderr=LEVEL]\n"
		"                  [--join=REGEX] [--json] [--syslog] [--] COMMAND [ARGUMENT...]",
	.is_in_order = true,
	.help = help,
	.run = run_exec,
};
