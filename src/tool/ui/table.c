/* SPDX-License-Identifier: MIT */
#include "tool/ui/table.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/color.h"
#include "tool/ui/memory.h"

struct cell {
	char *text; /* escaped; NULL: empty */
	enum color color;
	bool is_heading; /* wider than its column */
	unsigned width;
};

struct table {
	const struct table_options *options;
	struct cell *cell; /* the titles first */
	size_t n_cells, room;
};

/* What the rows are printed with. */
struct layout {
	const struct table_options *options;
	struct term term;
	unsigned width[TABLE_COLUMNS_MAX]; /* of those that are shown */
};

enum { GAP = 2 };

struct table *table_new(const struct table_options *options)
{
	struct table *table = memory_new(1, sizeof(*table));

	table->options = options;
	for (size_t i = 0; i < options->n_columns; i++)
		table_put(table, COLOR_FAINT, "%s", options->column[i].title);
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
	cell->width = text ? term_width(term_bytes(text)) : 0;
	return cell;
}

void table_put(struct table *table, enum color color, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)add_cell(table, color, term_vformat(fmt, ap));
	va_end(ap);
}

void table_put_bytes(struct table *table, enum color color, struct bytes bytes)
{
	(void)add_cell(table, color, term_escape(bytes));
}

void table_put_branch(struct table *table, enum color color, const char *lines, const char *text)
{
	table_put(table, color, "%s%s", table->options->is_raw ? "" : lines, text);
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
	add_cell(table, color, text)->is_heading = true;
	table_end_row(table);
}

void table_end_row(struct table *table)
{
	while (table->n_cells % table->options->n_columns)
		(void)add_cell(table, COLOR_NONE, NULL);
}

/* ---- Width ------------------------------------------------------------------------------------ */

static unsigned widest_cell(const struct table *table, size_t column)
{
	const bool has_title = !table->options->has_no_headings;
	const size_t n = table->options->n_columns;
	unsigned width = 0;

	for (size_t i = has_title ? 0 : n; i < table->n_cells; i += n) {
		if (!table->cell[i].is_heading && table->cell[i + column].width > width)
			width = table->cell[i + column].width;
	}
	return width;
}

/* A column is as wide as its title at least. Returns NULL where no column can give way. */
static unsigned *find_widest(struct layout *layout)
{
	const struct table_options *const options = layout->options;
	unsigned *widest = NULL;

	for (size_t i = 0; i < options->n_shown; i++) {
		const struct column *const column = &options->column[options->shown[i]];

		if (!column->right && layout->width[i] > strlen(column->title) &&
		    (!widest || layout->width[i] > *widest))
			widest = &layout->width[i];
	}
	return widest;
}

/* Where numbers and titles alone are too wide, the terminal breaks the lines. */
static void fit(struct layout *layout)
{
	unsigned total = 0, *widest;

	for (size_t i = 0; i < layout->options->n_shown; i++)
		total += layout->width[i] + (i > 0 ? GAP : 0);
	for (; total > layout->term.columns && (widest = find_widest(layout)); total--)
		--*widest;
}

static struct layout lay_out(const struct table *table)
{
	struct layout layout = { .options = table->options, .term = term_look() };

	for (size_t i = 0; i < table->options->n_shown; i++)
		layout.width[i] = widest_cell(table, table->options->shown[i]);
	if (layout.term.has_width)
		fit(&layout);
	return layout;
}

/* ---- Output ----------------------------------------------------------------------------------- */

/* Prints as much of the text as fits. Returns how many columns it took. */
static unsigned print_text(const struct layout *layout, const struct cell *cell, unsigned width)
{
	const struct bytes text = term_bytes(cell->text ? cell->text : "");
	const char *const begin =
		layout->term.has_color && text.size ? term_color(cell->color) : "";
	const char *const ellipsis = layout->term.has_utf8 ? "\u2026" : "...";
	const unsigned ellipsis_width = layout->term.has_utf8 ? 1 : 3;
	unsigned used = cell->width;
	size_t size = text.size;

	if (used > width)
		size = term_cut(text, width > ellipsis_width ? width - ellipsis_width : 0, &used);
	(void)fputs(begin, stdout);
	(void)fwrite(text.data, 1, size, stdout);
	if (size < text.size && width >= ellipsis_width) {
		(void)fputs(ellipsis, stdout);
		used += ellipsis_width;
	}
	(void)fputs(*begin ? COLOR_END : "", stdout);
	return used;
}

/* No trailing blanks: where the rest of the row is empty, the line ends. */
static size_t count_filled(const struct layout *layout, const struct cell *row)
{
	size_t n = layout->options->n_shown;

	while (n > 1 && row[layout->options->shown[n - 1]].width == 0)
		n--;
	return n;
}

static void print_row(const struct layout *layout, const struct cell *row)
{
	const size_t n = count_filled(layout, row);

	for (size_t i = 0; i < n; i++) {
		const size_t column = layout->options->shown[i];
		const struct cell *const cell = &row[column];
		const unsigned width = layout->width[i];

		const bool is_right = layout->options->column[column].right;
		unsigned used;

		if (is_right)
			(void)printf("%*s", (int)(width - cell->width), "");
		used = print_text(layout, cell, width);
		if (i + 1 < n)
			(void)printf("%*s", (int)(is_right ? 0 : width - used) + GAP, "");
	}
	(void)putchar('\n');
}

static void print_heading(const struct layout *layout, const struct cell *row)
{
	(void)print_text(layout, row, layout->term.has_width ? layout->term.columns : UINT_MAX);
	(void)putchar('\n');
}

/* A cell has no blank: what stands between two of them is a cell, which may be empty. */
static void print_raw(const struct layout *layout, const struct cell *row)
{
	for (size_t i = 0; i < layout->options->n_shown; i++) {
		const char *text = row[layout->options->shown[i]].text;

		if (i > 0)
			(void)putchar(' ');
		for (; text && *text; text++) {
			if (*text == ' ')
				(void)fputs("\\x20", stdout);
			else
				(void)putchar(*text);
		}
	}
	(void)putchar('\n');
}

void table_print(const struct table *table)
{
	const struct table_options *const options = table->options;
	const struct layout layout = lay_out(table);

	for (size_t i = options->has_no_headings ? options->n_columns : 0; i < table->n_cells;
	     i += options->n_columns) {
		const struct cell *const row = &table->cell[i];

		if (row->is_heading && (options->is_raw || options->has_no_headings))
			continue;
		if (row->is_heading)
			print_heading(&layout, row);
		else if (options->is_raw)
			print_raw(&layout, row);
		else
			print_row(&layout, row);
	}
}
