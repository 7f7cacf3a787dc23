/* SPDX-License-Identifier: MIT */
#include "tool/timeline/picture-lanes.h"

#include <inttypes.h>

#include "base/utf8.h"
#include "tool/timeline/markup.h"
#include "tool/timeline/tell.h"

/* In pixels, but for the first three. */
enum {
	INDENT_MAX = 6,
	WIDE_COLUMNS = 24, /* of a name, which is cut in its middle */
	NARROW_COLUMNS = 13,
	BAR_HEIGHT = 14,
	BAR_HEIGHT_SCOPE = 8,
	LOSS_HEIGHT = 3,
};

unsigned lane_indent(const struct lane *lane)
{
	return lane->depth < INDENT_MAX ? lane->depth : INDENT_MAX;
}

/* ---- Names ------------------------------------------------------------------------------------ */

/* A name ends with what tells it from its like: the middle is left out. */
static void print_cut(FILE *file, struct bytes name, size_t columns)
{
	size_t head;

	if (name.size <= columns) {
		markup_print(file, name);
		return;
	}
	head = utf8_cut(name, columns / 2);
	markup_print(file, (struct bytes){ name.data, head });
	(void)fputs("\u2026", file);
	markup_print(file, (struct bytes){ name.data + name.size - (columns - columns / 2 - 1),
					   columns - columns / 2 - 1 });
}

static void put_label(const struct picture *picture, const struct lane *lane, const char *class,
		      unsigned x, size_t columns)
{
	(void)fprintf(picture->file, "<text class=\"%s%s\" x=\"%u\" y=\"%u\">", class,
		      lane->is_scope ? " of-scope" : "", x, picture->y[lane->row] + 4);
	print_cut(picture->file, lane->name, columns);
	(void)fputs("<title>", picture->file);
	lane_put_title(picture, lane);
	(void)fputs("</title></text>\n", picture->file);
}

void lane_draw_label(const struct picture *picture, const struct lane *lane, unsigned x,
		     unsigned indent)
{
	const unsigned steps = lane_indent(lane);

	put_label(picture, lane, "name wide", x + steps * indent, WIDE_COLUMNS);
	put_label(picture, lane, "name narrow", x / 2 + steps * indent / 2,
		  NARROW_COLUMNS - steps / 2);
}

void lane_put_title(const struct picture *picture, const struct lane *lane)
{
	FILE *const file = picture->file;
	char text[AXIS_TEXT_SIZE], end[TELL_END_SIZE];

	markup_print(file, lane->name);
	(void)fprintf(file, "%s, pid %d", lane->is_scope ? ", a scope" : "", lane->process->pid);
	if (lane->parent_name.size > 0) {
		(void)fputs(lane->is_scope ? ", entered from " : ", child of ", file);
		markup_print(file, lane->parent_name);
	}
	(void)fprintf(file, "\n%s, for ",
		      axis_format_time(&picture->axis, lane->begin_us, false, text));
	(void)fprintf(file, "%s\n", axis_format_span(lane->end_us - lane->begin_us, text));
	(void)fprintf(file, "%" PRIu64 " record%s", lane->records, lane->records == 1 ? "" : "s");
	for (int level = 0; level < LEVEL_COUNT; level++) {
		if (lane->count[level] > 0)
			(void)fprintf(file, ", %" PRIu64 " %s", lane->count[level],
				      layout_level_name(level));
	}
	if (!lane->is_scope && *tell_format_end(lane->process, end))
		(void)fprintf(file, "\n%s", end);
}

/* ---- Lives ------------------------------------------------------------------------------------ */

static void draw_fork(const struct picture *picture, const struct lane *lane)
{
	if (!lane->parent)
		return;
	(void)fputs("<line class=\"fork\"", picture->file);
	layout_put_x(picture, "x1", lane->begin_us);
	layout_put_x(picture, "x2", lane->begin_us);
	(void)fprintf(picture->file, " y1=\"%u\" y2=\"%u\" data-a=\"%" PRIu64 "\"/>\n",
		      picture->y[lane->parent->row], picture->y[lane->row],
		      layout_since(picture, lane->begin_us));
}

/* A dotted line leads from the name to the beginning: so long it was not there. */
static void draw_life(const struct picture *picture, const struct lane *lane)
{
	const unsigned height = lane->is_scope ? BAR_HEIGHT_SCOPE : BAR_HEIGHT;
	const unsigned y = picture->y[lane->row];

	(void)fprintf(picture->file, "<line class=\"wait\" x1=\"0\" y1=\"%u\" y2=\"%u\"", y, y);
	layout_put_x(picture, "x2", lane->begin_us);
	(void)fprintf(picture->file, " data-b=\"%" PRIu64 "\"/>\n",
		      layout_since(picture, lane->begin_us));
	(void)fprintf(picture->file, "<rect class=\"%s\" rx=\"3\" y=\"%u\" height=\"%u\"",
		      lane->is_scope ? "scope" : "bar", y - height / 2, height);
	layout_put_span(picture, lane->begin_us, lane->end_us);
	(void)fputs("><title>", picture->file);
	lane_put_title(picture, lane);
	(void)fputs("</title></rect>\n", picture->file);
}

/* ---- Notes ------------------------------------------------------------------------------------ */

static void put_note_title(const struct picture *picture, const struct lane *lane,
			   const struct note *note)
{
	FILE *const file = picture->file;

	(void)fputs("<title>", file);
	layout_put_moment(picture, lane, note->from_us);
	(void)fputc('\n', file);
	if (note->kind == NOTE_DUMP)
		(void)fprintf(file, "%zu record%s out of the black box", note->n,
			      note->n == 1 ? "" : "s");
	markup_print(file, note->text);
	if (note->more > 0)
		(void)fprintf(file, "\nand %zu more until the end of this", note->more);
	(void)fputs("</title>", file);
}

static void draw_band(const struct picture *picture, const struct lane *lane,
		      const struct note *note, const char *class, unsigned y, unsigned height)
{
	(void)fprintf(picture->file, "<rect class=\"%s\" y=\"%u\" height=\"%u\"", class, y, height);
	layout_put_span(picture, note->from_us, note->to_us);
	(void)fputc('>', picture->file);
	put_note_title(picture, lane, note);
	(void)fputs("</rect>\n", picture->file);
}

static void draw_sign(const struct picture *picture, const struct lane *lane,
		      const struct note *note, const char *class, const char *path, unsigned y)
{
	(void)fputs("<svg class=\"sign\" overflow=\"visible\"", picture->file);
	layout_put_x(picture, "x", note->from_us);
	(void)fprintf(picture->file,
		      " y=\"%u\" data-a=\"%" PRIu64 "\"><path class=\"%s\" d=\"%s\">", y,
		      layout_since(picture, note->from_us), class, path);
	put_note_title(picture, lane, note);
	(void)fputs("</path></svg>\n", picture->file);
}

static void draw_note(const struct picture *picture, const struct lane *lane,
		      const struct note *note)
{
	const unsigned y = picture->y[lane->row], half = picture->lane_height / 2;

	switch (note->kind) {
	case NOTE_GAP:
		draw_band(picture, lane, note, "gap", y - BAR_HEIGHT / 2, BAR_HEIGHT);
		break;
	case NOTE_LOSS:
		draw_band(picture, lane, note, "loss", y + BAR_HEIGHT / 2, LOSS_HEIGHT);
		break;
	case NOTE_SUPPRESSED:
		draw_band(picture, lane, note, "suppressed", y + BAR_HEIGHT / 2, LOSS_HEIGHT);
		break;
	case NOTE_DUMP:
		draw_band(picture, lane, note, "dump", y - half + 1, 2 * half - 2);
		break;
	case NOTE_LEVEL:
		draw_sign(picture, lane, note, "level", "M-5 0h10l-5 8z", y - half);
		break;
	default:
		draw_sign(picture, lane, note, "end", "M-5-5l10 10m0-10l-10 10", y);
		break;
	}
}

void lanes_draw(const struct picture *picture)
{
	const struct lanes *const lanes = &picture->survey->lanes;

	(void)fputs("<g class=\"forks\">\n", picture->file);
	for (size_t i = 0; i < lanes->n; i++)
		draw_fork(picture, lanes->lane[i]);
	(void)fputs("</g>\n", picture->file);
	for (size_t i = 0; i < lanes->n; i++) {
		const struct lane *const lane = lanes->lane[i];

		(void)fprintf(picture->file, "<g class=\"lane\" data-row=\"%zu\">\n", lane->row);
		draw_life(picture, lane);
		for (size_t k = 0; k < lane->n_notes; k++)
			draw_note(picture, lane, &lane->note[k]);
		(void)fputs("</g>\n", picture->file);
	}
}
