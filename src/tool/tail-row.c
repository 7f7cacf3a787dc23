/* SPDX-License-Identifier: MIT */
#include "tail-row.h"

#include "text.h"
#include "stamp.h"

#include <string.h>

enum {
	TIME_SIZE = 64,
	DATE_SIZE = 11, /* "2026-11-22 " */
};

void row_move_to(struct row *row, unsigned column)
{
	if (column > row->at + row->pending)
		row->pending = column - row->at;
}

static void flush_spaces(struct row *row)
{
	tail_print_spaces(row->pending);
	row->at += row->pending;
	row->pending = 0;
}

void row_put_name(struct row *row, const char *name, const char *text)
{
	const struct bytes name_bytes = { name, strlen(name) };
	const struct bytes text_bytes = { text, strlen(text) };

	flush_spaces(row);
	row->at += tail_print_colored(row->look, name_bytes, text_bytes);
}

void row_put_text(struct row *row, int level, struct bytes text)
{
	flush_spaces(row);
	tail_print_text(row->look, level, text);
	row->at += terminal_columns(text);
}

/* "2026-11-22 09:25:11,280": returns how much of BUFFER it takes. */
static size_t format_time(char buffer[TIME_SIZE], const struct entry *entry)
{
	const struct timespec when = { .tv_sec = (time_t)(entry->when_us / 1000000),
				       .tv_nsec = (long)(entry->when_us % 1000000) * 1000 };
	struct text text = { .data = buffer, .capacity = TIME_SIZE };

	text_put_log_time(&text, &when);
	return text.size;
}

void row_put_date(struct row *row, const struct entry *entry)
{
	char buffer[TIME_SIZE];

	(void)format_time(buffer, entry);
	row->at += (unsigned)fwrite(buffer, 1, DATE_SIZE, stdout);
}

void row_put_time(struct row *row, const struct entry *entry, uint64_t *last_us)
{
	char buffer[TIME_SIZE];
	const size_t size = format_time(buffer, entry);

	row->at += (unsigned)fwrite(buffer + DATE_SIZE, 1, size - DATE_SIZE, stdout);
	row_move_to(row, ROW_TIME_COLUMNS);
	flush_spaces(row);
	row->at += tail_print_delta(row->look, entry, last_us);
}

void row_end(struct row *row)
{
	(void)fputc('\n', stdout);
	row->at = row->pending = 0;
}
