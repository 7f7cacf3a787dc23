/* SPDX-License-Identifier: MIT */
/* mplog timeline --output=svg: one picture without a script. */
#include <inttypes.h>

#include "tool/timeline/markup.h"
#include "tool/timeline/marks.h"
#include "tool/timeline/output.h"
#include "tool/timeline/picture.h"

enum {
	MARKS_MAX = 30000, /* more are too many for a browser, and for an eye */
	COLUMNS = 500,     /* marks that can be told apart in a lane, at most */
};

/* Of a mark, in pixels. */
static unsigned width_of(int level)
{
	return level <= MPLOG_WARNING ? 3 : 2;
}

/* The more records, the taller: twice for a hundred. */
static unsigned height_of(const struct mark *mark, unsigned most)
{
	const int level = mark->worst.level;
	unsigned height = level <= MPLOG_ERR ? 18 : level <= MPLOG_WARNING ? 14 : 10;

	for (uint64_t n = mark->n; n > 1; n /= 3)
		height += 2;
	return height < most ? height : most;
}

static void put_counts(FILE *file, const struct mark *mark)
{
	(void)fprintf(file, "%" PRIu64 " records here:", mark->n);
	for (int level = 0; level < LEVEL_COUNT; level++) {
		if (mark->count[level] > 0)
			(void)fprintf(file, " %" PRIu64 " %s", mark->count[level],
				      layout_level_name(level));
	}
	(void)fputs("\nthe first of the most severe:\n", file);
}

static void put_line(FILE *file, struct bytes text)
{
	if (text.size == 0)
		return;
	(void)fputc('\n', file);
	markup_print(file, text);
}

static void put_title(const struct picture *picture, const struct mark *mark)
{
	const struct timeline_record *const record = &mark->worst;
	FILE *const file = picture->file;

	(void)fputs("<title>", file);
	if (mark->n > 1)
		put_counts(file, mark);
	layout_put_moment(picture, record->lane, record->when_us);
	(void)fprintf(file, ", %s%s", layout_level_name(record->level),
		      record->is_dumped ? ", out of the black box" : "");
	put_line(file, record->message);
	put_line(file, record->fields);
	put_line(file, record->site);
	(void)fputs("</title>", file);
}

static void draw_mark(void *userdata, const struct mark *mark)
{
	const struct picture *const picture = userdata;
	const int level = mark->worst.level;
	const unsigned height = height_of(mark, picture->lane_height - 2);

	(void)fprintf(picture->file,
		      "<rect class=\"m%s l%d%s\" rx=\"1\" y=\"%u\" width=\"%u\" height=\"%u\"",
		      level <= MPLOG_WARNING ? " tall" : "", level,
		      mark->worst.is_dumped ? " dumped" : "",
		      picture->y[mark->worst.lane->row] - height / 2, width_of(level), height);
	layout_put_x(picture, "x", mark->worst.when_us);
	if (mark->n > 1)
		(void)fprintf(picture->file, " data-n=\"%" PRIu64 "\"", mark->n);
	(void)fputc('>', picture->file);
	put_title(picture, mark);
	(void)fputs("</rect>\n", picture->file);
}

static void add_record(void *userdata, const struct timeline_record *record)
{
	marks_add(userdata, record);
}

static uint64_t find_cell(const struct survey *survey)
{
	const uint64_t span_us = survey->end_us - survey->begin_us;
	const size_t lanes = survey->lanes.n;
	const size_t columns = survey->records <= MARKS_MAX || lanes * COLUMNS <= MARKS_MAX
				       ? COLUMNS
				       : MARKS_MAX / lanes;

	return span_us / columns + 1;
}

static int print_svg(const struct survey *survey, FILE *file)
{
	struct picture picture;
	struct marks marks = { .begin_us = survey->begin_us,
			       .cell_us = find_cell(survey),
			       .draw = draw_mark,
			       .userdata = &picture };
	int r;

	picture_init(&picture, survey, file);
	(void)fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", file);
	picture_begin(&picture);
	marks_init(&marks, survey->lanes.n);
	r = record_each(survey, add_record, &marks);
	marks_finish(&marks);
	picture_end(&picture);
	picture_free(&picture);
	return r;
}

const struct output output_svg = { .name = "svg", .ending = ".svg", .print = print_svg };
