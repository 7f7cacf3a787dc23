/* SPDX-License-Identifier: MIT */
/* mplog tail --output=short and cat. */
#include <stdlib.h>

#include "base/cleanup.h"
#include "mplog.h"
#include "tool/ui/memory.h"
#include "tool/view/catalog.h"
#include "tool/view/print.h"

enum {
	SURVEYED = 1000,
	COLUMN_MAX = 24, /* a longer name is not worth a wider column for all */
	LEVEL_COLUMN = 7,
};

struct text_view {
	struct look look;
	unsigned process_column, identifier_column;
	uint64_t last_us;
};

static void *open_text(const struct look *look)
{
	struct text_view *const view = memory_new(1, sizeof(*view));

	view->look = *look;
	return view;
}

static void widen(unsigned *column, struct bytes name)
{
	AUTO_FREE char *escaped = term_escape(name);
	const unsigned width = term_width(term_bytes(escaped));

	if (width > *column)
		*column = width < COLUMN_MAX ? width : COLUMN_MAX;
}

static void survey_columns(void *userdata, const struct journal_entry *entry)
{
	struct text_view *const view = userdata;

	widen(&view->process_column, entry->process);
	widen(&view->identifier_column, entry->identifier);
}

static unsigned print_time(const struct journal_entry *entry)
{
	char buffer[PRINT_TIME_SIZE];
	const size_t size = print_format_time(buffer, entry);

	(void)fwrite(buffer, 1, size, stdout);
	(void)fputc(' ', stdout);
	return (unsigned)size + 1;
}

static unsigned print_column(unsigned column, unsigned used)
{
	const unsigned spaces = (column > used ? column - used : 0) + 1;

	print_spaces(spaces);
	return used + spaces;
}

/* Prints all that stands before the message. Returns how many columns it took. */
static unsigned print_head(struct text_view *view, const struct journal_entry *entry)
{
	const char *const level = mplog_level_name(entry->level);
	char text[2 * LEVEL_COLUMN];
	unsigned columns = print_time(entry);
	unsigned used;

	columns += print_delta(&view->look, entry, &view->last_us);
	if (view->look.has_identifier) {
		used = term_print(stdout, entry->identifier);
		columns += print_column(view->identifier_column, used);
	}
	used = print_colored(&view->look, entry->process, entry->process);
	columns += print_column(view->process_column, used);
	(void)snprintf(text, sizeof(text), "%s%s", entry->level < 0 ? "" : level,
		       entry->is_dumped ? "*" : "");
	(void)printf("%-*s ", LEVEL_COLUMN, text);
	return columns + LEVEL_COLUMN + 1;
}

static void print_line(const struct look *look, int level, struct bytes line)
{
	AUTO_FREE char *escaped = term_escape(line);

	print_text(look, level, term_bytes(escaped));
	(void)fputc('\n', stdout);
}

/* The lines of one message stand below one another, so that none looks like a record. */
static void show_short(void *userdata, const struct journal_entry *entry)
{
	struct text_view *const view = userdata;
	struct bytes rest = entry->message, line;
	unsigned columns;
	bool is_first = true;

	survey_columns(view, entry);
	columns = print_head(view, entry);
	if (!rest.data)
		(void)fputc('\n', stdout);
	while (print_next_line(&rest, &line)) {
		if (!is_first)
			print_spaces(columns);
		is_first = false;
		print_line(&view->look, entry->level, line);
	}
	if (view->look.has_catalog)
		catalog_print(entry);
}

/* Prints bytes as they are, unless a terminal would obey them. */
static void show_cat(void *userdata, const struct journal_entry *entry)
{
	const struct text_view *const view = userdata;
	struct bytes rest = entry->message, line;

	while (print_next_line(&rest, &line)) {
		if (view->look.term.is_terminal) {
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
	.open = open_text,
	.survey = survey_columns,
	.show = show_short,
	.close = free,
};

const struct view view_cat = {
	.name = "cat",
	.open = open_text,
	.survey = survey_columns,
	.show = show_cat,
	.close = free,
};
