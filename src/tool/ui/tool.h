/* SPDX-License-Identifier: MIT */
/* tool: complaints, usage and help, which are the same in all subcommands. */
#pragma once

#include "tool/ui/command.h"

/* Prints "mplog: text\n" to standard error, escaped. */
__attribute__((format(printf, 1, 2))) void tool_complain(const char *fmt, ...);

/* Prints the same, and how the command is called. Returns STATUS_TROUBLE. FMT may be NULL:
 * getopt_long(3) has printed what is wrong. */
__attribute__((format(printf, 2, 3))) int tool_usage(const struct command *command, const char *fmt,
						     ...);

/* Prints `mplog help COMMAND` on standard output. Returns STATUS_GOOD. */
int tool_help(const struct command *command);

/* Returns the status, or STATUS_TROUBLE where what was printed did not reach standard output. */
int tool_finish(int status);
