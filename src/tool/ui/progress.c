/* SPDX-License-Identifier: MIT */
#include "tool/ui/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "tool/ui/term.h"

enum { LINE_SIZE = 128 };

#define DELAY_NS    NS_PER_S
#define INTERVAL_NS (100 * NS_PER_MS)

/* To the beginning of the line, and erases it: ECMA-48's EL. */
#define ERASE       "\r\033[K"

static bool can_erase(void)
{
	const char *const term = getenv("TERM");

	return isatty(STDERR_FILENO) == 1 && term && strcmp(term, "dumb") != 0;
}

struct progress progress_begin(void)
{
	return (struct progress){ .is_on = can_erase(), .next_ns = clock_coarse_ns() + DELAY_NS };
}

/* A line that wraps could not be erased. Returns how many bytes of it fit. */
static int find_width(void)
{
	struct winsize size;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col == 0 ||
	    size.ws_col > LINE_SIZE)
		return LINE_SIZE;
	return size.ws_col - 1;
}

void progress_show(struct progress *progress, uint64_t at_us)
{
	char line[LINE_SIZE], time[TERM_TIME_SIZE];

	(void)snprintf(line, sizeof(line),
		       "mplog: reading the journal: %" PRIu64 " record%s, at %s", progress->records,
		       progress->records == 1 ? "" : "s", term_time(time, (int64_t)at_us * 1000));
	(void)fprintf(stderr, ERASE "%.*s", find_width(), line);
	progress->is_shown = true;
	progress->next_ns = clock_coarse_ns() + INTERVAL_NS;
}

void progress_hide(struct progress *progress)
{
	if (!progress->is_on)
		return;
	if (progress->is_shown)
		(void)fputs(ERASE, stderr);
	progress->is_shown = false;
	progress->next_ns = clock_coarse_ns() + DELAY_NS;
}
