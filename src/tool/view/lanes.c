/* SPDX-License-Identifier: MIT */
/* mplog tail --lanes: one lane a process, side by side, so that it can be seen which did what when.
 *
 *               main                1                   2
 *   09:25:11,280  * Starting ...
 *   09:25:11,281  |                   * Running ...
 *   09:25:11,281  |                   |                   * Running ...
 *
 * A record out of a black box has a hollow mark. Where there are more lanes than fit, a lane is a
 * mark wide, and the text stands to the right of all. */
#include <stdlib.h>

#include "base/cleanup.h"
#include "tool/ui/memory.h"
#include "tool/view/print.h"
#include "tool/view/row.h"

enum {
	LANE_MIN = 16,
	LANE_MAX = 60,
	MARK_COLUMNS = 2,
};

struct lane {
	struct bytes key; /* program/process: any bytes, to be given to free(3) */
	struct bytes process;
	size_t last; /* number of its last record, as far as surveyed */
	bool begun;
};

struct lanes_view {
	struct look look;
	struct lane *lanes;
	size_t n, room;
	size_t surveyed, shown; /* records */
	size_t drawn;           /* lanes that the header has */
	bool has_programs;      /* several of them */
	unsigned width;         /* of a lane; MARK_COLUMNS: a mark alone */
	unsigned name_width;    /* of the widest name, and a space */
	uint64_t last_us;
};

/* ---- Lanes ------------------------------------------------------------------------------------ */

static void *open_lanes(const struct look *look)
{
	struct lanes_view *const view = memory_new(1, sizeof(*view));

	view->look = *look;
	return view;
}

static void close_lanes(void *userdata)
{
	struct lanes_view *const view = userdata;

	for (size_t i = 0; i < view->n; i++)
		free((char *)(uintptr_t)view->lanes[i].key.data);
	free(view->lanes);
	free(view);
}

static bool are_same(struct bytes a, struct bytes b)
{
	return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

static struct bytes program_of(const struct lane *lane)
{
	return (struct bytes){ lane->key.data, lane->key.size - lane->process.size - 1 };
}

static struct lane *add_lane(struct lanes_view *view, const struct journal_entry *entry)
{
	const size_t size = entry->identifier.size + 1 + entry->process.size;
	char *const key = memory_new(size, 1);
	struct strbuf text = { .data = key, .capacity = size };
	struct lane *lane;

	strbuf_put(&text, entry->identifier);
	strbuf_put_char(&text, '/');
	strbuf_put(&text, entry->process);
	view->lanes = memory_grow(view->lanes, view->n + 1, &view->room, sizeof(*lane));
	lane = &view->lanes[view->n++];
	*lane = (struct lane){
		.key = { key, size },
		.process = { key + entry->identifier.size + 1, entry->process.size },
	};
	view->has_programs |= !are_same(entry->identifier, program_of(&view->lanes[0]));
	return lane;
}

static struct lane *lane_of(struct lanes_view *view, const struct journal_entry *entry)
{
	for (size_t i = 0; i < view->n; i++) {
		if (are_same(view->lanes[i].process, entry->process) &&
		    are_same(program_of(&view->lanes[i]), entry->identifier))
			return &view->lanes[i];
	}
	return add_lane(view, entry);
}

/* The program is worth a word only where there are several. */
static struct bytes label_of(const struct lanes_view *view, const struct lane *lane)
{
	return view->has_programs ? lane->key : lane->process;
}

static void survey_lanes(void *userdata, const struct journal_entry *entry)
{
	struct lanes_view *const view = userdata;

	lane_of(view, entry)->last = ++view->surveyed;
}

/* Returns whether the lane is between its first and its last record. While the journal is followed
 * the last one is unknown. */
static bool is_alive(const struct lanes_view *view, const struct lane *lane)
{
	return lane->begun && (view->look.is_followed || lane->last > view->shown);
}

/* ---- Drawing ---------------------------------------------------------------------------------- */

static unsigned left_column(const struct lanes_view *view)
{
	return ROW_TIME_COLUMNS + (view->look.has_delta ? ROW_DELTA_COLUMNS : 0);
}

static unsigned column_of(const struct lanes_view *view, size_t lane)
{
	return left_column(view) + (unsigned)lane * view->width;
}

enum mark { MARK_LIFE, MARK_RECORD, MARK_DUMPED, N_MARKS };

static void draw_mark(struct row *row, const struct lanes_view *view, size_t lane, enum mark mark)
{
	static const char *const marks[2][N_MARKS] = {
		{ "|", "*", "o" },
		{ "\u2502", "\u25cf", "\u25cb" },
	};

	row_move_to(row, column_of(view, lane));
	row_put_name(row, view->lanes[lane].process,
		     term_bytes(marks[view->look.term.has_utf8][mark]));
}

static void draw_label(struct row *row, const struct lanes_view *view, size_t lane)
{
	row_put_name(row, view->lanes[lane].process, label_of(view, &view->lanes[lane]));
}

static unsigned widest_name(const struct lanes_view *view)
{
	unsigned widest = 0;

	for (size_t i = 0; i < view->n; i++) {
		AUTO_FREE char *label = term_escape(label_of(view, &view->lanes[i]));
		const unsigned width = term_width(term_bytes(label));

		widest = width > widest ? width : widest;
	}
	return widest;
}

static unsigned text_width(const struct lanes_view *view)
{
	unsigned before;

	if (view->width > MARK_COLUMNS)
		return view->width - MARK_COLUMNS - 1;
	before = column_of(view, view->n) + view->name_width;
	return view->look.term.columns > before + LANE_MIN ? view->look.term.columns - before
							   : LANE_MIN;
}

/* ---- Records ---------------------------------------------------------------------------------- */

/* Lanes that are too narrow for text become marks. */
static void lay_out(struct lanes_view *view)
{
	const unsigned left = left_column(view), columns = view->look.term.columns;
	const size_t fits = columns > left ? (columns - left) / view->n : 0;

	view->width = fits < LANE_MIN ? MARK_COLUMNS : fits > LANE_MAX ? LANE_MAX : (unsigned)fits;
	view->name_width = widest_name(view) + 1;
	view->drawn = view->n;
}

static void draw_header(struct lanes_view *view, const struct journal_entry *entry)
{
	struct row row = { .look = &view->look };

	lay_out(view);
	if (view->width == MARK_COLUMNS)
		return;
	row_put_date(&row, entry);
	for (size_t i = 0; i < view->n; i++) {
		row_move_to(&row, column_of(view, i));
		draw_label(&row, view, i);
		row.pending = 1;
	}
	row_end(&row);
}

/* Skips a beginning. Returns false where the bytes do not begin so. */
static bool skip_beginning(struct bytes *bytes, struct bytes beginning)
{
	if (bytes->size < beginning.size ||
	    !are_same((struct bytes){ bytes->data, beginning.size }, beginning))
		return false;
	bytes->data += beginning.size;
	bytes->size -= beginning.size;
	return true;
}

/* The default prefix repeats the name of the lane. */
static struct bytes without_prefix(const struct journal_entry *entry)
{
	struct bytes rest = entry->message;

	return skip_beginning(&rest, term_bytes("process=")) &&
			       skip_beginning(&rest, entry->process) &&
			       skip_beginning(&rest, term_bytes(" "))
		       ? rest
		       : entry->message;
}

/* A record that is drawn in rows. */
struct cell {
	struct lanes_view *view;
	const struct journal_entry *entry;
	size_t lane;
	unsigned width; /* of the text */
	bool is_first;
};

static void draw_lanes(struct row *row, const struct cell *cell, struct bytes text)
{
	const struct lanes_view *const view = cell->view;

	for (size_t i = 0; i < view->n; i++) {
		if (i == cell->lane && cell->is_first)
			draw_mark(row, view, i, cell->entry->is_dumped ? MARK_DUMPED : MARK_RECORD);
		else if (is_alive(view, &view->lanes[i]))
			draw_mark(row, view, i, MARK_LIFE);
		if (i == cell->lane && view->width > MARK_COLUMNS) {
			row_move_to(row, column_of(view, i) + MARK_COLUMNS);
			row_put_text(row, cell->entry->level, text);
		}
	}
}

static void draw_beside_lanes(struct row *row, const struct cell *cell, struct bytes text)
{
	const struct lanes_view *const view = cell->view;
	const unsigned left = column_of(view, view->n);

	row_move_to(row, left);
	if (cell->is_first)
		draw_label(row, view, cell->lane);
	row_move_to(row, left + view->name_width);
	row_put_text(row, cell->entry->level, text);
}

static void draw_row(struct cell *cell, struct bytes text)
{
	struct row row = { .look = &cell->view->look };

	if (cell->is_first)
		row_put_time(&row, cell->entry, &cell->view->last_us);
	draw_lanes(&row, cell, text);
	if (cell->view->width == MARK_COLUMNS)
		draw_beside_lanes(&row, cell, text);
	row_end(&row);
	cell->is_first = false;
}

static void draw_wrapped(struct cell *cell, struct bytes line)
{
	do {
		const size_t size = term_fit(line, cell->width);

		draw_row(cell, (struct bytes){ line.data, size });
		line.data += size;
		line.size -= size;
		for (; line.size > 0 && line.data[0] == ' '; line.data++)
			line.size--;
	} while (line.size > 0);
}

static void show_lanes(void *userdata, const struct journal_entry *entry)
{
	struct lanes_view *const view = userdata;
	struct lane *const lane = lane_of(view, entry);
	struct cell cell = { view, entry, (size_t)(lane - view->lanes), 0, true };
	struct bytes rest = without_prefix(entry), line = { "", 0 };

	lane->begun = true;
	view->shown++;
	if (view->drawn < view->n)
		draw_header(view, entry);
	cell.width = text_width(view);
	while (print_next_line(&rest, &line)) {
		AUTO_FREE char *escaped = term_escape(line);

		draw_wrapped(&cell, term_bytes(escaped));
	}
	if (cell.is_first)
		draw_row(&cell, line);
}

const struct view view_lanes = {
	.name = "lanes",
	.surveys = SIZE_MAX,
	.hides_ends = true, /* the lane does */
	.open = open_lanes,
	.survey = survey_lanes,
	.show = show_lanes,
	.close = close_lanes,
};
