/* SPDX-License-Identifier: MIT */
#include "tool/ui/table.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/color.h"
#include "tool/ui/memory.h"

struct cell {
	char *text; /* escaped; NULL: empty */
	enum color color;
	unsigned width; /* 0 of a heading, which is wider than its column */
};

struct table {
	const struct column *column;
	size_t n_columns;
	struct cell *cell; /* the titles first */
	size_t n_cells, room;
};

enum { GAP = 2 };

struct table *table_new(const struct column *columns, size_t n)
{
	struct table *table = memory_new(1, sizeof(*table));

	table->column = columns;
	table->n_columns = n;
	for (size_t i = 0; i < n; i++)
		table_put(table, COLOR_FAINT, "%s", columns[i].title);
	return table;
}

void table_free(struct table *table)
{
	for (size_t i = 0; i < table->n_cells; i++)
		free(table->cell[i].text);
	free(table->cell);
	free(table);
}

static struct cell *add_cell(struct table *table, enum color color, char *text)
{
	struct cell *cell;

	table->cell = memory_grow(table->cell, table->n_cells + 1, &table->room, sizeof(*cell));
	cell = &table->cell[table->n_cells++];
	*cell = (struct cell){ .text = text, .color = color };
	return cell;
}

static void put_cell(struct table *table, enum color color, char *text)
{
	struct cell *cell = add_cell(table, color, text);

	cell->width = term_width(term_bytes(text));
}

void table_put(struct table *table, enum color color, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put_cell(table, color, term_vformat(fmt, ap));
	va_end(ap);
}

void table_put_bytes(struct table *table, enum color color, struct bytes bytes)
{
	put_cell(table, color, term_escape(bytes));
}

void table_put_heading(struct table *table, enum color color, struct bytes name, const char *fmt,
		       ...)
{
	AUTO_FREE char *head = term_escape(name);
	AUTO_FREE char *tail = NULL;
	char *text;
	va_list ap;

	va_start(ap, fmt);
	tail = term_vformat(fmt, ap);
	va_end(ap);
	if (asprintf(&text, "%s%s", head, tail) < 0)
		memory_exhausted();
	(void)add_cell(table, color, text);
	table_end_row(table);
}

void table_end_row(struct table *table)
{
	while (table->n_cells % table->n_columns)
		(void)add_cell(table, COLOR_NONE, NULL);
}

static unsigned column_width(const struct table *table, size_t column)
{
	unsigned width = 0;

	for (size_t i = column; i < table->n_cells; i += table->n_columns) {
		if (table->cell[i].width > width)
			width = table->cell[i].width;
	}
	return width;
}

static void print_cell(const struct cell *cell, unsigned padding, bool right, bool last,
		       bool in_color)
{
	const char *text = cell->text ? cell->text : "";
	const char *begin = in_color && *text ? term_color(cell->color) : "";

	(void)printf("%*s%s%s%s%*s", right ? (int)padding : 0, "", begin, text,
		     *begin ? COLOR_END : "", last ? 0 : (int)((right ? 0 : padding) + GAP), "");
}

/* No trailing blanks: where the rest of the row is empty, the line ends. */
static bool is_last(const struct table *table, const struct cell *row, size_t column)
{
	while (++column < table->n_columns) {
		if (row[column].text && *row[column].text)
			return false;
	}
	return true;
}

static void print_row(const struct table *table, const struct cell *row, const unsigned *width,
		      bool in_color)
{
	for (size_t i = 0; i < table->n_columns; i++) {
		const bool last = is_last(table, row, i);

		print_cell(&row[i], width[i] - row[i].width, table->column[i].right, last,
			   in_color);
		if (last)
			break;
	}
	(void)putchar('\n');
}

void table_print(const struct table *table)
{
	AUTO_FREE unsigned *width = memory_new(table->n_columns, sizeof(*width));
	const bool in_color = term_look().has_color;

	for (size_t i = 0; i < table->n_columns; i++)
		width[i] = column_width(table, i);
	for (size_t i = 0; i < table->n_cells; i += table->n_columns)
		print_row(table, &table->cell[i], width, in_color);
}
