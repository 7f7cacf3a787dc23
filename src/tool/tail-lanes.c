/* SPDX-License-Identifier: MIT */
/* mplog tail --lanes: one lane a process, side by side, so that it can be seen who did what when.
 *
 *               main                1                   2
 *   09:25:11,280  * Starting ...
 *   09:25:11,281  |                   * Running ...
 *   09:25:11,281  |                   |                   * Running ...
 *
 * Where there are more than fit, a lane is a mark wide, and the text stands to the right of all. */

#include "tail.h"

#include "cleanup.h"
#include "tail-row.h"

#include <stdlib.h>
#include <string.h>

enum {
	LANE_MIN = 16,
	LANE_MAX = 60,
	MARK_COLUMNS = 2,
	KEY_SIZE = 512,
};

struct lane {
	char *key; /* program/process */
	char *process;
	size_t last; /* number of its last record, as far as surveyed */
	bool begun;
};

struct lanes_view {
	struct look look;
	struct lane *lanes;
	size_t n;
	size_t surveyed, shown; /* records */
	size_t drawn;           /* lanes that the header has */
	bool has_programs;      /* several of them */
	unsigned width;         /* of a lane; MARK_COLUMNS: just its mark */
	uint64_t last_us;
};

/* ---- Lanes ------------------------------------------------------------------------------------ */

static void *open_view(const struct look *look)
{
	struct lanes_view *const view = calloc(1, sizeof(*view));

	if (view)
		view->look = *look;
	return view;
}

static void close_view(void *userdata)
{
	struct lanes_view *const view = userdata;

	for (size_t i = 0; i < view->n; i++)
		free(view->lanes[i].key);
	free(view->lanes);
	free(view);
}

static struct lane *add_lane(struct lanes_view *view, const char *key, size_t program_size)
{
	struct lane *const larger = reallocarray(view->lanes, view->n + 1, sizeof(*larger));
	char *const copy = strdup(key);

	if (!larger || !copy)
		abort();
	view->lanes = larger;
	larger[view->n] = (struct lane){ .key = copy, .process = copy + program_size + 1 };
	if (strncmp(key, larger[0].key, program_size + 1) != 0)
		view->has_programs = true;
	return &larger[view->n++];
}

static struct lane *lane_of(struct lanes_view *view, const struct entry *entry)
{
	const struct bytes program = entry->identifier, process = entry->process;
	char key[KEY_SIZE];

	(void)snprintf(key, sizeof(key), "%.*s/%.*s", (int)program.size,
		       program.data ? program.data : "", (int)process.size, process.data);
	for (size_t i = 0; i < view->n; i++) {
		if (strcmp(view->lanes[i].key, key) == 0)
			return &view->lanes[i];
	}
	return add_lane(view, key, strnlen(key, program.size));
}

/* The program is worth a word only where there are several. */
static const char *label_of(const struct lanes_view *view, const struct lane *lane)
{
	return view->has_programs ? lane->key : lane->process;
}

static void survey(void *userdata, const struct entry *entry)
{
	struct lanes_view *const view = userdata;

	lane_of(view, entry)->last = ++view->surveyed;
}

/* Between its first and its last record; nobody knows yet which one that is while there will be
 * more. */
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

static void draw_mark(struct row *row, const struct lanes_view *view, size_t lane, bool is_record)
{
	const bool has_utf8 = view->look.terminal.has_utf8;

	row_move_to(row, column_of(view, lane));
	if (is_record)
		row_put_name(row, view->lanes[lane].process, has_utf8 ? "\u25cf" : "*");
	else
		row_put_name(row, view->lanes[lane].process, has_utf8 ? "\u2502" : "|");
}

static void draw_label(struct row *row, const struct lanes_view *view, size_t lane)
{
	row_put_name(row, view->lanes[lane].process, label_of(view, &view->lanes[lane]));
}

/* Where lanes are marks: the widest name, and a space. */
static unsigned name_column(const struct lanes_view *view)
{
	size_t widest = 0;

	for (size_t i = 0; i < view->n; i++) {
		const size_t length = strlen(label_of(view, &view->lanes[i]));

		widest = length > widest ? length : widest;
	}
	return (unsigned)widest + 1;
}

static unsigned text_width(const struct lanes_view *view)
{
	unsigned before;

	if (view->width > MARK_COLUMNS)
		return view->width - MARK_COLUMNS - 1;
	before = column_of(view, view->n) + name_column(view);
	return view->look.terminal.columns > before + LANE_MIN
		       ? view->look.terminal.columns - before
		       : LANE_MIN;
}

/* ---- Records ---------------------------------------------------------------------------------- */

/* Lanes that are too narrow to be read are no lanes. */
static void lay_out(struct lanes_view *view)
{
	const unsigned left = left_column(view), columns = view->look.terminal.columns;
	const size_t fits = columns > left ? (columns - left) / view->n : 0;

	view->width = fits < LANE_MIN ? MARK_COLUMNS : fits > LANE_MAX ? LANE_MAX : (unsigned)fits;
	view->drawn = view->n;
}

static void draw_header(struct lanes_view *view, const struct entry *entry)
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

/* The default prefix says what the lane says already. */
static struct bytes without_prefix(const struct entry *entry)
{
	char prefix[KEY_SIZE];
	struct bytes message = entry->message;
	const int size = snprintf(prefix, sizeof(prefix), "process=%.*s ", (int)entry->process.size,
				  entry->process.data);

	if (size > 0 && (size_t)size <= message.size &&
	    memcmp(message.data, prefix, (size_t)size) == 0) {
		message.data += size;
		message.size -= (size_t)size;
	}
	return message;
}

/* A record on its way to rows. */
struct cell {
	struct lanes_view *view;
	const struct entry *entry;
	size_t lane;
	unsigned width; /* of the text */
	bool is_first;
};

static void draw_lanes(struct row *row, const struct cell *cell, struct bytes text)
{
	const struct lanes_view *const view = cell->view;

	for (size_t i = 0; i < view->n; i++) {
		const bool is_record = i == cell->lane && cell->is_first;

		if (is_record || is_alive(view, &view->lanes[i]))
			draw_mark(row, view, i, is_record);
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
	row_move_to(row, left + name_column(view));
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
		const size_t size = terminal_fit(line, cell->width);

		draw_row(cell, (struct bytes){ line.data, size });
		line.data += size;
		line.size -= size;
		for (; line.size > 0 && line.data[0] == ' '; line.data++)
			line.size--;
	} while (line.size > 0);
}

static void show(void *userdata, const struct entry *entry)
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
	while (tail_next_line(&rest, &line)) {
		const struct bytes escaped = terminal_escape(line);
		AUTO_FREE char *data = (char *)(uintptr_t)escaped.data;

		draw_wrapped(&cell, escaped);
	}
	if (cell.is_first)
		draw_row(&cell, line);
}

const struct view view_lanes = {
	.name = "lanes",
	.surveys = SIZE_MAX,
	.hides_ends = true, /* the lane does */
	.open = open_view,
	.survey = survey,
	.show = show,
	.close = close_view,
};
