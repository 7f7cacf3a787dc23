/* SPDX-License-Identifier: MIT */
#include "tool/view/row.h"

#include "tool/view/print.h"

enum { DATE_SIZE = 11 }; /* "2026-11-22 " */

void row_move_to(struct row *row, unsigned column)
{
	if (column > row->at + row->pending)
		row->pending = column - row->at;
}

static void flush_spaces(struct row *row)
{
	print_spaces(row->pending);
	row->at += row->pending;
	row->pending = 0;
}

void row_put_name(struct row *row, struct bytes name, struct bytes text)
{
	flush_spaces(row);
	row->at += print_colored(row->look, name, text);
}

void row_put_text(struct row *row, int level, struct bytes text)
{
	flush_spaces(row);
	print_text(row->look, level, text);
	row->at += term_width(text);
}

void row_put_date(struct row *row, const struct journal_entry *entry)
{
	char buffer[PRINT_TIME_SIZE];

	(void)print_format_time(buffer, entry);
	row->at += (unsigned)fwrite(buffer, 1, DATE_SIZE, stdout);
}

void row_put_time(struct row *row, const struct journal_entry *entry, uint64_t *last_us)
{
	char buffer[PRINT_TIME_SIZE];
	const size_t size = print_format_time(buffer, entry);

	row->at += (unsigned)fwrite(buffer + DATE_SIZE, 1, size - DATE_SIZE, stdout);
	row_move_to(row, ROW_TIME_COLUMNS);
	flush_spaces(row);
	row->at += print_delta(row->look, entry, last_us);
}

void row_end(struct row *row)
{
	(void)fputc('\n', stdout);
	row->at = row->pending = 0;
}
