/* SPDX-License-Identifier: MIT */
/* command: what a subcommand of mplog(1) is. One file a subcommand, one struct command a file, one
 * row each in main.c. */
#pragma once

#include <stdbool.h>

struct command {
	const char *name;
	const char *summary;   /* one line, for the list of commands */
	const char *arguments; /* "[--lenient] [FILE...]" */
	bool is_in_order;      /* options end at the first word that is no option */
	const char *help;      /* the options, one a line, and the exit statuses */
	int (*run)(const struct command *command, int argc, char **argv); /* an exit status */
};

enum {
	STATUS_GOOD = 0,
	STATUS_BAD = 1,    /* the command worked, and the answer is no */
	STATUS_TROUBLE = 2 /* usage, or something cannot be read or written */
};
