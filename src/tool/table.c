/* SPDX-License-Identifier: MIT */
#include "table.h"

#include <stdarg.h>
#include <string.h>

#include "cleanup.h"

struct cell {
	char *text; /* escaped; NULL: empty */
	enum colour colour;
	unsigned width;
	bool is_heading; /* wider than its column */
};

struct table {
	const struct column *column;
	size_t n_columns;
	struct cell *cell;
	size_t n_cells, room;
	bool failed;
};

enum { GAP = 2 };

struct table *table_new(const struct column *columns, size_t n)
{
	struct table *table = calloc(1, sizeof(*table));

	if (table) {
		table->column = columns;
		table->n_columns = n;
	}
	return table;
}

void table_free(struct table *table)
{
	if (!table)
		return;
	for (size_t i = 0; i < table->n_cells; i++)
		free(table->cell[i].text);
	free(table->cell);
	free(table);
}

/* Columns on the screen, as far as that goes without a table of wide characters. */
static unsigned width_of(const char *text)
{
	unsigned width = 0;

	for (; *text; text++)
		width += ((unsigned char)*text & 0xc0) != 0x80;
	return width;
}

static void add_cell(struct table *table, struct cell cell)
{
	if (table->n_cells == table->room) {
		const size_t room = table->room ? 2 * table->room : 64;
		struct cell *grown = reallocarray(table->cell, room, sizeof(*grown));

		if (!grown) {
			table->failed = true;
			free(cell.text);
			return;
		}
		table->cell = grown;
		table->room = room;
	}
	table->cell[table->n_cells++] = cell;
}

static void put(struct table *table, struct cell cell, const char *fmt, va_list ap)
	MPLOG_PRINTF_(3, 0);

static void put(struct table *table, struct cell cell, const char *fmt, va_list ap)
{
	AUTO_FREE char *raw = NULL;

	if (vasprintf(&raw, fmt, ap) < 0)
		raw = NULL;
	cell.text = raw ? print_escape(raw) : NULL;
	if (!cell.text)
		table->failed = true;
	else if (!cell.is_heading)
		cell.width = width_of(cell.text);
	add_cell(table, cell);
}

void table_put(struct table *table, enum colour colour, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put(table, (struct cell){ .colour = colour }, fmt, ap);
	va_end(ap);
}

void table_put_heading(struct table *table, enum colour colour, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put(table, (struct cell){ .colour = colour, .is_heading = true }, fmt, ap);
	va_end(ap);
	table_end_row(table);
}

void table_end_row(struct table *table)
{
	while (!table->failed && table->n_cells % table->n_columns)
		add_cell(table, (struct cell){ 0 });
}

static unsigned column_width(const struct table *table, size_t column)
{
	unsigned width = width_of(table->column[column].title);

	for (size_t i = column; i < table->n_cells; i += table->n_columns) {
		if (table->cell[i].width > width)
			width = table->cell[i].width;
	}
	return width;
}

static void print_cell(const struct cell *cell, unsigned padding, bool right, bool last,
		       bool in_colour, FILE *out)
{
	const char *text = cell->text ? cell->text : "";
	const char *begin = in_colour && *text ? print_colour_begin(cell->colour) : "";

	(void)fprintf(out, "%*s%s%s%s%*s", right ? (int)padding : 0, "", begin, text,
		      *begin ? PRINT_COLOUR_END : "", last ? 0 : (int)((right ? 0 : padding) + GAP),
		      "");
}

/* Blanks at the end of a line are nobody's joy: where the rest is empty, the line ends. */
static bool is_last(const struct table *table, const struct cell *row, size_t column)
{
	while (++column < table->n_columns) {
		if (row[column].text && *row[column].text)
			return false;
	}
	return true;
}

static void print_row(const struct table *table, const struct cell *row, const unsigned *width,
		      FILE *out)
{
	const bool in_colour = print_in_colour(out);

	for (size_t i = 0; i < table->n_columns; i++) {
		const bool last = is_last(table, row, i);

		print_cell(&row[i], width[i] - row[i].width, table->column[i].right, last,
			   in_colour, out);
		if (last)
			break;
	}
	(void)fputc('\n', out);
}

static int print_titles(const struct table *table, const unsigned *width, FILE *out)
{
	AUTO_FREE struct cell *titles = calloc(table->n_columns, sizeof(*titles));
	int r = titles ? 0 : -ENOMEM;

	for (size_t i = 0; r == 0 && i < table->n_columns; i++) {
		titles[i].text = strdup(table->column[i].title);
		titles[i].width = width_of(table->column[i].title);
		titles[i].colour = COLOUR_FAINT;
		if (!titles[i].text)
			r = -ENOMEM;
	}
	if (r == 0)
		print_row(table, titles, width, out);
	for (size_t i = 0; titles && i < table->n_columns; i++)
		free(titles[i].text);
	return r;
}

int table_print(const struct table *table, FILE *out)
{
	AUTO_FREE unsigned *width = calloc(table->n_columns, sizeof(*width));

	if (table->failed || !width)
		return -ENOMEM;
	for (size_t i = 0; i < table->n_columns; i++)
		width[i] = column_width(table, i);
	if (print_titles(table, width, out) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < table->n_cells; i += table->n_columns)
		print_row(table, &table->cell[i], width, out);
	return 0;
}
