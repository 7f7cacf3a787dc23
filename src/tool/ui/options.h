/* SPDX-License-Identifier: MIT */
/* options: what a subcommand takes, as rows of a table. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "tool/ui/command.h"

enum { OPTIONS_MAX = 24 };

/* One option, and the one pointer that takes its value. */
struct option_row {
	const char *name; /* --name; NULL: the end of the table */
	char letter;      /* -l; 0: none */
	bool *flag;       /* an option without an argument */
	const char **text;
	int *level;
	uint64_t *time_us;                                  /* a moment, as of since.h */
	bool takes_none;                                    /* the level may be none */
	int (*parse)(void *userdata, const char *argument); /* returns an exit status */
};

/* Reads options up to the first word that is no option (command->is_in_order), or all there are;
 * optind of getopt(3) is then the first word. Returns STATUS_GOOD, or an exit status after a
 * complaint. */
int options_parse(const struct command *command, const struct option_row *rows, void *userdata,
		  int argc, char **argv);
