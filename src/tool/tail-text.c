/* SPDX-License-Identifier: MIT */
/* mplog tail --output=short and cat. */

#include "tail.h"

#include "cleanup.h"
#include "text.h"
#include "mplog.h"
#include "stamp.h"

#include <stdlib.h>

enum {
	SURVEYED = 1000,
	COLUMN_MAX = 24, /* a longer name is not worth a wider column for all */
	LEVEL_COLUMN = 7,
	TIME_SIZE = 64,
};

struct text_view {
	struct look look;
	unsigned process_column, identifier_column;
	uint64_t last_us;
};

static void *open_view(const struct look *look)
{
	struct text_view *const view = calloc(1, sizeof(*view));

	if (view)
		view->look = *look;
	return view;
}

static void widen(unsigned *column, struct bytes name)
{
	if (name.size > *column)
		*column = name.size < COLUMN_MAX ? (unsigned)name.size : COLUMN_MAX;
}

static void survey(void *userdata, const struct entry *entry)
{
	struct text_view *const view = userdata;

	widen(&view->process_column, entry->process);
	widen(&view->identifier_column, entry->identifier);
}

static unsigned print_time(uint64_t realtime_us)
{
	const struct timespec when = { .tv_sec = (time_t)(realtime_us / 1000000),
				       .tv_nsec = (long)(realtime_us % 1000000) * 1000 };
	char data[TIME_SIZE];
	struct text text = { .data = data, .capacity = sizeof(data) };

	text_put_log_time(&text, &when);
	(void)fwrite(data, 1, text.size, stdout);
	(void)fputc(' ', stdout);
	return (unsigned)text.size + 1;
}

static unsigned print_column(unsigned column, unsigned used)
{
	const unsigned spaces = (column > used ? column - used : 0) + 1;

	tail_print_spaces(spaces);
	return used + spaces;
}

/* All that stands before the message; returns how many columns that is. */
static unsigned print_head(struct text_view *view, const struct entry *entry)
{
	const char *const level = mplog_level_name(entry->level);
	unsigned columns = print_time(entry->when_us);
	unsigned used;

	columns += tail_print_delta(&view->look, entry, &view->last_us);
	if (view->look.has_identifier) {
		terminal_print(stdout, entry->identifier);
		used = (unsigned)entry->identifier.size;
		columns += print_column(view->identifier_column, used);
	}
	used = tail_print_colored(&view->look, entry->process, entry->process);
	columns += print_column(view->process_column, used);
	(void)printf("%-*s ", LEVEL_COLUMN, entry->level < 0 ? "" : level);
	return columns + LEVEL_COLUMN + 1;
}

static void print_line(const struct look *look, int level, struct bytes line)
{
	const struct bytes escaped = terminal_escape(line);
	AUTO_FREE char *data = (char *)(uintptr_t)escaped.data;

	tail_print_text(look, level, escaped);
	(void)fputc('\n', stdout);
}

/* The lines of one message stand below one another, so that none looks like a record. */
static void show_short(void *userdata, const struct entry *entry)
{
	struct text_view *const view = userdata;
	struct bytes rest = entry->message, line;
	unsigned columns;
	bool is_first = true;

	survey(view, entry);
	columns = print_head(view, entry);
	if (!rest.data)
		(void)fputc('\n', stdout);
	while (tail_next_line(&rest, &line)) {
		if (!is_first)
			tail_print_spaces(columns);
		is_first = false;
		print_line(&view->look, entry->level, line);
	}
}

/* Bytes as they are, unless a terminal would obey them. */
static void show_cat(void *userdata, const struct entry *entry)
{
	const struct text_view *const view = userdata;
	struct bytes rest = entry->message, line;

	while (tail_next_line(&rest, &line)) {
		if (view->look.terminal.is_terminal) {
			print_line(&view->look, entry->level, line);
			continue;
		}
		(void)fwrite(line.data, 1, line.size, stdout);
		(void)fputc('\n', stdout);
	}
}

const struct view view_short = {
	.name = "short",
	.surveys = SURVEYED,
	.open = open_view,
	.survey = survey,
	.show = show_short,
	.close = free,
};

const struct view view_cat = {
	.name = "cat",
	.open = open_view,
	.survey = survey,
	.show = show_cat,
	.close = free,
};
