/* SPDX-License-Identifier: MIT */
#include "tool/timeline/picture.h"

#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#include "tool/timeline/assets.h"
#include "tool/timeline/legend.h"
#include "tool/timeline/markup.h"
#include "tool/timeline/picture-lanes.h"
#include "tool/timeline/tree.h"
#include "tool/ui/memory.h"

/* In pixels. */
enum {
	MARGIN = 16,
	TITLE_Y = 34,
	STRIP_HEIGHT = 30,
	AXIS_HEIGHT = 24,
	HEADING_HEIGHT = 26,
	LANE_HEIGHT = 26,
	LANE_HEIGHT_SMALL = 20,
	LANES_LARGE = 40,    /* from more on, they are small */
	LABEL_COLUMNS = 24,  /* a longer name is cut in its middle */
	LABEL_CHARACTER = 7, /* the width of one, in twelve pixels' monospace */
	INDENT = 12,
	TICKS = 10,
};

/* ---- Layout ----------------------------------------------------------------------------------- */

static unsigned find_label_width(const struct lanes *lanes)
{
	size_t widest = 0;

	for (size_t i = 0; i < lanes->n; i++) {
		const struct lane *const lane = lanes->lane[i];
		const size_t columns =
			lane->name.size < LABEL_COLUMNS ? lane->name.size : LABEL_COLUMNS;
		const size_t width = columns * LABEL_CHARACTER + lane_indent(lane) * INDENT;

		widest = width > widest ? width : widest;
	}
	return MARGIN + (unsigned)(widest > 60 ? widest : 60) + 12;
}

static bool begins_run(const struct lanes *lanes, size_t row)
{
	return row == 0 || lanes->lane[row]->process->run != lanes->lane[row - 1]->process->run;
}

static bool has_runs(const struct lanes *lanes)
{
	return lanes->n > 0 &&
	       lanes->lane[0]->process->run != lanes->lane[lanes->n - 1]->process->run;
}

static void lay_out(struct picture *picture)
{
	const struct lanes *const lanes = &picture->survey->lanes;
	unsigned y = picture->top;

	picture->y = memory_new(lanes->n, sizeof(*picture->y));
	for (size_t i = 0; i < lanes->n; i++) {
		if (has_runs(lanes) && begins_run(lanes, i))
			y += HEADING_HEIGHT;
		picture->y[i] = y + picture->lane_height / 2;
		y += picture->lane_height;
	}
	picture->height = y + AXIS_HEIGHT + MARGIN;
}

/* One offset from UTC for the whole picture: its axis has no breaks. */
static int64_t find_offset_us(uint64_t when_us)
{
	const time_t seconds = (time_t)(when_us / 1000000);
	struct tm calendar;

	return localtime_r(&seconds, &calendar) ? calendar.tm_gmtoff * INT64_C(1000000) : 0;
}

void picture_init(struct picture *picture, const struct survey *survey, FILE *file)
{
	*picture = (struct picture){
		.file = file,
		.survey = survey,
		.axis = axis_make(survey->begin_us, survey->end_us,
				  find_offset_us(survey->begin_us), TICKS),
		.label_width = find_label_width(&survey->lanes),
		.lane_height = survey->lanes.n > LANES_LARGE ? LANE_HEIGHT_SMALL : LANE_HEIGHT,
		.strip_y = TITLE_Y + legend_height(survey) + 12,
	};
	picture->top = picture->strip_y + STRIP_HEIGHT + AXIS_HEIGHT;
	lay_out(picture);
}

void picture_free(struct picture *picture)
{
	free(picture->y);
}

/* ---- The parts -------------------------------------------------------------------------------- */

static void draw_ticks(const struct picture *picture)
{
	const struct axis *const axis = &picture->axis;
	const unsigned bottom = picture->height - MARGIN - AXIS_HEIGHT;
	char text[AXIS_TEXT_SIZE];
	unsigned i = 0;

	(void)fputs("<g class=\"axis\">\n", picture->file);
	for (uint64_t at = axis->first_us; at <= axis->to_us; at += axis->step_us, i++) {
		const double percent = axis_percent(axis, at);
		const char *const end = percent < 2 ? " first" : percent > 96 ? " last" : "";
		const char *const minor = i % 3 ? " minor" : "";

		(void)fprintf(picture->file,
			      "<line x1=\"%.4f%%\" x2=\"%.4f%%\" y1=\"%u\" y2=\"%u\"/>"
			      "<text class=\"time%s%s\" x=\"%.4f%%\" y=\"%u\">%s</text>"
			      "<text class=\"time%s%s\" x=\"%.4f%%\" y=\"%u\">%s</text>\n",
			      percent, percent, picture->top - 4, bottom + 4, end, minor, percent,
			      picture->top - 9, axis_format_tick(axis, at, text), end, minor,
			      percent, bottom + 18, text);
	}
	(void)fputs("</g>\n", picture->file);
}

/* How many processes live at once, as steps. */
static void draw_strip(const struct picture *picture)
{
	size_t n, most = tree_most_at_once(&picture->survey->lanes);
	struct alive *const alive = tree_alive(&picture->survey->lanes, &n);
	const unsigned bottom = picture->strip_y + STRIP_HEIGHT;

	(void)fputs("<g class=\"strip\">\n", picture->file);
	for (size_t i = 0; i + 1 < n; i++) {
		const unsigned height = (unsigned)(alive[i].n * STRIP_HEIGHT / most);

		if (alive[i].n == 0 || alive[i].when_us == alive[i + 1].when_us)
			continue;
		(void)fprintf(picture->file, "<rect y=\"%u\" height=\"%u\"", bottom - height,
			      height);
		layout_put_span(picture, alive[i].when_us, alive[i + 1].when_us);
		(void)fprintf(picture->file, "><title>%zu at once</title></rect>\n", alive[i].n);
	}
	(void)fputs("</g>\n", picture->file);
	free(alive);
}

static void draw_headings(const struct picture *picture)
{
	const struct lanes *const lanes = &picture->survey->lanes;

	for (size_t i = 0; i < lanes->n && has_runs(lanes); i++) {
		const struct counted *const process = lanes->lane[i]->process;

		if (!begins_run(lanes, i))
			continue;
		(void)fprintf(picture->file, "<text class=\"run\" x=\"%d\" y=\"%u\">", MARGIN,
			      picture->y[i] - picture->lane_height / 2 - 8);
		markup_print(picture->file, process->identifier);
		(void)fputs(", run ", picture->file);
		markup_puts(picture->file, process->run->id);
		(void)fputs("</text>\n", picture->file);
	}
}

static void draw_labels(const struct picture *picture)
{
	const struct lanes *const lanes = &picture->survey->lanes;

	(void)fputs("<g class=\"rows\">\n", picture->file);
	for (size_t i = 1; i < lanes->n; i += 2)
		(void)fprintf(picture->file,
			      "<rect x=\"0\" width=\"100%%\" y=\"%u\" height=\"%u\"/>\n",
			      picture->y[i] - picture->lane_height / 2, picture->lane_height);
	(void)fputs("</g>\n<g class=\"labels\">\n", picture->file);
	draw_headings(picture);
	(void)fprintf(picture->file, "<text class=\"alive\" x=\"%d\" y=\"%u\">%zu at once</text>\n",
		      MARGIN, picture->strip_y + 12, tree_most_at_once(lanes));
	for (size_t i = 0; i < lanes->n; i++)
		lane_draw_label(picture, lanes->lane[i], MARGIN, INDENT);
	(void)fputs("</g>\n", picture->file);
}

static void print_root(const struct picture *picture)
{
	(void)fprintf(picture->file,
		      "<svg class=\"timeline\" xmlns=\"http://www.w3.org/2000/svg\" role=\"img\""
		      " width=\"100%%\" height=\"%u\" data-lanes=\"%zu\" data-records=\"%" PRIu64
		      "\">\n"
		      "<style%s%s%s>\n%s.frame{x:%upx;width:calc(100%% - %upx)}\n"
		      "@media (max-width:600px){.frame{x:104px;width:calc(100%% - 124px)}}\n"
		      "</style>\n",
		      picture->height, picture->survey->lanes.n, picture->survey->records,
		      picture->nonce ? " nonce=\"" : "", picture->nonce ? picture->nonce : "",
		      picture->nonce ? "\"" : "", timeline_style, picture->label_width,
		      picture->label_width + 28);
	/* Lines of one color, turned. */
	(void)fputs(
		"<defs>\n"
		"<pattern id=\"hatch-gap\" width=\"5\" height=\"5\" patternUnits=\"userSpaceOnUse\""
		" patternTransform=\"rotate(45)\"><path class=\"gap\" d=\"M0 0V5\"/></pattern>\n"
		"<pattern id=\"hatch-dump\" width=\"5\" height=\"5\" patternUnits=\"userSpaceOnUse\""
		" patternTransform=\"rotate(-45)\"><path class=\"dump\" d=\"M0 0V5\"/></pattern>\n"
		"</defs>\n"
		"<rect class=\"paper\" width=\"100%\" height=\"100%\"/>\n",
		picture->file);
}

void picture_begin(struct picture *picture)
{
	print_root(picture);
	legend_draw(picture, MARGIN, TITLE_Y);
	draw_labels(picture);
	/* What is as wide as the window but for so many pixels: no other element of SVG can be. */
	(void)fprintf(
		picture->file,
		"<switch><foreignObject class=\"frame\" requiredExtensions=\"http://www.w3.org/1999/xhtml\""
		" x=\"%u\" y=\"0\" width=\"80%%\" height=\"%u\">\n"
		"<svg class=\"plot\" xmlns=\"http://www.w3.org/2000/svg\" width=\"100%%\" height=\"%u\""
		" overflow=\"visible\"><g id=\"plot\">\n",
		picture->label_width, picture->height, picture->height);
	draw_ticks(picture);
	draw_strip(picture);
	lanes_draw(picture);
	(void)fputs("<g class=\"marks\">\n", picture->file);
}

void picture_end(const struct picture *picture)
{
	/* For viewers without foreignObject, which are no browsers. */
	(void)fprintf(picture->file,
		      "</g>\n</g></svg></foreignObject>\n"
		      "<svg x=\"%u\" width=\"80%%\" height=\"%u\" overflow=\"visible\">"
		      "<use href=\"#plot\"/></svg></switch>\n</svg>\n",
		      picture->label_width, picture->height);
}
