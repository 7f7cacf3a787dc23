/* SPDX-License-Identifier: MIT */
#include "tool/ui/tool.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "tool/ui/term.h"

void tool_complain(const char *fmt, ...)
{
	AUTO_FREE char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	text = term_vformat(fmt, ap);
	va_end(ap);
	(void)fflush(stdout); /* keeps the order of both streams on a terminal */
	(void)fprintf(stderr, "mplog: %s\n", text);
}

static void print_synopsis(FILE *file, const struct command *command)
{
	(void)fprintf(file, "Usage: mplog %s %s\n", command->name, command->arguments);
}

int tool_usage(const struct command *command, const char *fmt, ...)
{
	AUTO_FREE char *text = NULL;
	va_list ap;

	if (fmt) {
		va_start(ap, fmt);
		text = term_vformat(fmt, ap);
		va_end(ap);
		(void)fprintf(stderr, "mplog %s: %s\n", command->name, text);
	}
	print_synopsis(stderr, command);
	(void)fprintf(stderr, "More: mplog help %s\n", command->name);
	return STATUS_TROUBLE;
}

int tool_help(const struct command *command)
{
	print_synopsis(stdout, command);
	(void)printf("\n%s.\n\n%s", command->summary, command->help);
	return STATUS_GOOD;
}

int tool_finish(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	if (errno != EPIPE)
		tool_complain("standard output: %s", strerror(errno));
	return STATUS_TROUBLE;
}
