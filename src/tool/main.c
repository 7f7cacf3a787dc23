/* SPDX-License-Identifier: MIT */
/* mplog(1): finds the subcommand and runs it. */
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "conf/suggest.h"
#include "tool/cmd/commands.h"
#include "tool/ui/term.h"
#include "tool/ui/tool.h"

static const struct command *const commands[] = {
	&command_check, &command_show,   &command_ps,       &command_status,
	&command_level, &command_reload, &command_gaps,     &command_exec,
	&command_log,   &command_tail,   &command_timeline, &command_blackbox,
};

enum { N_COMMANDS = sizeof(commands) / sizeof(commands[0]), NAME_WIDTH = 8 };

static void print_overview(FILE *file)
{
	(void)fputs("Usage: mplog COMMAND [ARGUMENTS...]\n"
		    "       mplog help [COMMAND]\n"
		    "       mplog --version\n"
		    "\n"
		    "Commands:\n",
		    file);
	for (size_t i = 0; i < N_COMMANDS; i++)
		(void)fprintf(file, "  %-*s %s\n", NAME_WIDTH, commands[i]->name,
			      commands[i]->summary);
	(void)fputs("\n"
		    "Manual: mplog(1), mplog.conf(5), and mplog(7) for a tutorial.\n",
		    file);
}

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < N_COMMANDS; i++) {
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	}
	return NULL;
}

static int unknown_command(const char *name)
{
	const char *names[N_COMMANDS + 2] = { [N_COMMANDS] = "help" };
	const char *closest;

	for (size_t i = 0; i < N_COMMANDS; i++)
		names[i] = commands[i]->name;
	closest = suggest_word(name, names);
	(void)fputs("mplog: there is no command \"", stderr);
	(void)term_puts(stderr, name);
	if (closest)
		(void)fprintf(stderr, "\"; did you mean \"%s\"?\n", closest);
	else
		(void)fputs("\"\n", stderr);
	(void)fputs("More: mplog help\n", stderr);
	return STATUS_TROUBLE;
}

static int help(const char *name)
{
	const struct command *command;

	if (!name) {
		print_overview(stdout);
		return STATUS_GOOD;
	}
	command = find_command(name);
	return command ? tool_help(command) : unknown_command(name);
}

static int run(const struct command *command, int argc, char **argv)
{
	if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0))
		return tool_help(command);
	return command->run(command, argc, argv);
}

/* getopt_long(3) begins its messages with argv[0]. */
static int run_named(const struct command *command, int argc, char **argv)
{
	char name[] = "mplog subcommand";

	(void)snprintf(name, sizeof(name), "mplog %s", command->name);
	argv[0] = name;
	return run(command, argc, argv);
}

int main(int argc, char **argv)
{
	const struct command *command;

	(void)setlocale(LC_CTYPE, ""); /* for the width and the encoding of characters */
	if (argc < 2) {
		print_overview(stderr);
		return STATUS_TROUBLE;
	}
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
		(void)puts(PACKAGE_STRING);
		return tool_finish(STATUS_GOOD);
	}
	if (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0 ||
	    strcmp(argv[1], "-h") == 0)
		return tool_finish(help(argc > 2 ? argv[2] : NULL));

	command = find_command(argv[1]);
	if (!command)
		return unknown_command(argv[1]);
	return tool_finish(run_named(command, argc - 1, argv + 1));
}
