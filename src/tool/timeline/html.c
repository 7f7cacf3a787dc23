/* SPDX-License-Identifier: MIT */
/* mplog timeline --output=html: a page around the picture, whose script draws the marks of what is to be
 * seen, however near. */
#include <errno.h>
#include <inttypes.h>
#include <sys/random.h>

#include "tool/timeline/assets.h"
#include "tool/timeline/markup.h"
#include "tool/timeline/marks.h"
#include "tool/timeline/output.h"
#include "tool/timeline/picture.h"

enum {
	RECORDS_MAX = 100000, /* each with its text; more become density */
	NONCE_SIZE = 16,
};

struct page {
	struct picture picture;
	size_t n; /* marks, so far */
};

/* Only what is marked with a number that no record can know is a style or a script of this page, and
 * nothing is loaded. */
static int make_nonce(char nonce[2 * NONCE_SIZE + 1])
{
	unsigned char bytes[NONCE_SIZE];

	if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
		return -EIO;
	for (size_t i = 0; i < NONCE_SIZE; i++)
		(void)sprintf(nonce + 2 * i, "%02x", bytes[i]);
	return 0;
}

static void print_head(struct page *page, const char *nonce)
{
	FILE *const file = page->picture.file;
	const struct lanes *const lanes = &page->picture.survey->lanes;

	(void)fprintf(
		file,
		"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; "
		"style-src 'nonce-%s'; script-src 'nonce-%s'\">\n"
		"<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
		"<link rel=\"icon\" href=\"data:,\">\n<title>",
		nonce, nonce);
	markup_print(file, lanes->lane[0]->process->identifier);
	(void)fprintf(file, ": mplog timeline</title>\n<style nonce=\"%s\">\n%s</style>\n</head>\n",
		      nonce, timeline_page);
}

static void print_bar(FILE *file)
{
	(void)fputs("<body>\n<div id=\"bar\">\n"
		    "<div><button id=\"in\" title=\"zoom in: +\">+</button>"
		    "<button id=\"out\" title=\"zoom out: -\">\u2212</button>"
		    "<button id=\"left\" title=\"earlier: arrow left\">\u2190</button>"
		    "<button id=\"right\" title=\"later: arrow right\">\u2192</button>"
		    "<button id=\"all\" title=\"all of it: 0\">All</button></div>\n"
		    "<label>Level <select id=\"level\">",
		    file);
	for (int level = MPLOG_DEBUG; level >= 0; level--)
		(void)fprintf(file, "<option value=\"%d\">%s%s</option>", level,
			      mplog_level_name(level), level ? " and worse" : "");
	(void)fputs(
		"</select></label>\n<span id=\"seen\"></span>\n</div>\n"
		"<noscript><p>The records are drawn by a script; without one, see the SVG.</p></noscript>\n"
		"<div id=\"picture\">\n",
		file);
}

/* A mark is an array: lane, time since the beginning, level, how many records, whether it comes out of
 * a black box, message, fields, site. */
static void print_mark(void *userdata, const struct mark *mark)
{
	struct page *const page = userdata;
	const struct timeline_record *const record = &mark->worst;
	FILE *const file = page->picture.file;

	(void)fprintf(file, "%s[%zu,%" PRIu64 ",%d,%" PRIu64 ",%d,", page->n++ ? ",\n" : "",
		      record->lane->row, layout_since(&page->picture, record->when_us),
		      record->level, mark->n, record->is_dumped);
	markup_print_json(file, record->message);
	(void)fputc(',', file);
	markup_print_json(file, record->fields);
	(void)fputc(',', file);
	markup_print_json(file, record->site);
	(void)fputc(']', file);
}

static void add_record(void *userdata, const struct timeline_record *record)
{
	marks_add(userdata, record);
}

static void print_lanes(const struct picture *picture)
{
	const struct lanes *const lanes = &picture->survey->lanes;

	for (size_t i = 0; i < lanes->n; i++) {
		(void)fprintf(picture->file, "%s[", i ? ",\n" : "");
		markup_print_json(picture->file, lanes->lane[i]->name);
		(void)fprintf(picture->file, ",%u]", picture->y[i]);
	}
}

/* All numbers are exact in JavaScript: they are less than 2^53. */
static int print_data(struct page *page)
{
	const struct picture *const picture = &page->picture;
	const struct survey *const survey = picture->survey;
	const size_t columns = RECORDS_MAX / survey->lanes.n + 1;
	struct marks marks = {
		.begin_us = survey->begin_us,
		.cell_us = survey->records > RECORDS_MAX
				   ? (survey->end_us - survey->begin_us) / columns + 1
				   : 0,
		.has_levels = true,
		.draw = print_mark,
		.userdata = page,
	};
	int r;

	(void)fprintf(picture->file,
		      "{\"from\":%" PRIu64 ",\"span\":%" PRIu64 ",\"offset\":%" PRId64
		      ",\"top\":%u,\"height\":%u,\"lane\":%u,\n\"lanes\":[",
		      picture->axis.from_us, picture->axis.to_us - picture->axis.from_us,
		      picture->axis.offset_us, picture->top, picture->height, picture->lane_height);
	print_lanes(picture);
	(void)fputs("],\n\"marks\":[", picture->file);
	marks_init(&marks, survey->lanes.n);
	r = record_each(survey, add_record, &marks);
	marks_finish(&marks);
	(void)fputs("]}\n", picture->file);
	return r;
}

static int print_html(const struct survey *survey, FILE *file)
{
	char nonce[2 * NONCE_SIZE + 1];
	struct page page = { .n = 0 };
	int r = make_nonce(nonce);

	if (r < 0)
		return r;
	picture_init(&page.picture, survey, file);
	page.picture.nonce = nonce;
	print_head(&page, nonce);
	print_bar(file);
	picture_begin(&page.picture);
	picture_end(&page.picture);
	(void)fputs("</div>\n<div id=\"tip\" hidden></div>\n"
		    "<script type=\"application/json\" id=\"data\">\n",
		    file);
	r = print_data(&page);
	(void)fprintf(file, "</script>\n<script nonce=\"%s\">\n%s</script>\n</body>\n</html>\n",
		      nonce, timeline_script);
	picture_free(&page.picture);
	return r;
}

const struct output output_html = { .name = "html", .ending = ".html", .print = print_html };
