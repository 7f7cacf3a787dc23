/* SPDX-License-Identifier: MIT */
#include "tool/timeline/legend.h"

#include <inttypes.h>

#include "tool/timeline/markup.h"
#include "tool/timeline/tree.h"

/* In pixels. A picture may be 400 of them wide. */
enum {
	LINE_HEIGHT = 19,
	ROW_HEIGHT = 20,
	ROW_WIDTH = 368,
	KEY_WIDTH = 16,
	KEY_GAP = 14,
	CHARACTER = 7,
	KEYS_MAX = LEVEL_COUNT + NOTE_KINDS + 1,
	WORD_SIZE = 48,
};

/* One color or sign with its words. */
struct key {
	const char *class;
	char words[WORD_SIZE];
};

static bool has_note(const struct survey *survey, enum note_kind kind)
{
	for (size_t i = 0; i < survey->lanes.n; i++) {
		const struct lane *const lane = survey->lanes.lane[i];

		for (size_t k = 0; k < lane->n_notes; k++) {
			if (lane->note[k].kind == kind)
				return true;
		}
	}
	return false;
}

static bool has_scope(const struct survey *survey)
{
	for (size_t i = 0; i < survey->lanes.n; i++) {
		if (survey->lanes.lane[i]->is_scope)
			return true;
	}
	return false;
}

/* What occurs in the picture, the most severe level first. */
static size_t collect_keys(const struct survey *survey, struct key keys[KEYS_MAX])
{
	static const char *const levels[LEVEL_COUNT] = { "l0", "l1", "l2", "l3", "l4",
							 "l5", "l6", "l7", "l8" };
	static const struct key notes[NOTE_KINDS] = {
		[NOTE_GAP] = { "gap", "missing records" },
		[NOTE_LOSS] = { "loss", "lost or diverted" },
		[NOTE_SUPPRESSED] = { "suppressed", "over a rate limit" },
		[NOTE_DUMP] = { "dump", "out of a black box" },
		[NOTE_LEVEL] = { "level", "level changed" },
		[NOTE_END] = { "end", "died" },
	};
	size_t n = 0;

	for (int level = 0; level < LEVEL_COUNT; level++) {
		if (survey->count[level] == 0)
			continue;
		keys[n].class = levels[level];
		(void)snprintf(keys[n++].words, WORD_SIZE, "%s %" PRIu64, layout_level_name(level),
			       survey->count[level]);
	}
	for (int kind = 0; kind < NOTE_KINDS; kind++) {
		if (has_note(survey, (enum note_kind)kind))
			keys[n++] = notes[kind];
	}
	if (has_scope(survey))
		keys[n++] = (struct key){ "scope", "scope of a process" };
	return n;
}

static unsigned width_of(const struct key *key)
{
	return KEY_WIDTH + CHARACTER * (unsigned)strlen(key->words) + KEY_GAP;
}

static void draw_key(const struct picture *picture, const struct key *key, unsigned x, unsigned y)
{
	FILE *const file = picture->file;

	(void)fprintf(file, "<g class=\"key\" transform=\"translate(%u %u)\">", x, y);
	if (key->class[0] == 'l' && key->class[2] == '\0')
		(void)fprintf(file,
			      "<rect class=\"m %s\" x=\"5\" y=\"-10\" width=\"3\" height=\"12\"/>",
			      key->class);
	else if (strcmp(key->class, "end") == 0)
		(void)fputs("<path class=\"end\" d=\"M2-8l8 8m0-8l-8 8\"/>", file);
	else if (strcmp(key->class, "level") == 0)
		(void)fputs("<path class=\"level\" d=\"M1-9h10l-5 8z\"/>", file);
	else
		(void)fprintf(file, "<rect class=\"%s\" y=\"-9\" width=\"12\" height=\"10\"/>",
			      key->class);
	(void)fprintf(file, "<text x=\"%d\">%s</text></g>\n", KEY_WIDTH, key->words);
}

/* Places the keys in rows, and draws them, if there is a picture. Returns how many rows. */
static unsigned place_keys(const struct survey *survey, const struct picture *picture, unsigned x,
			   unsigned y)
{
	struct key keys[KEYS_MAX];
	const size_t n = collect_keys(survey, keys);
	unsigned at = 0, row = 0;

	for (size_t i = 0; i < n; i++) {
		if (at > 0 && at + width_of(&keys[i]) > ROW_WIDTH + KEY_GAP) {
			at = 0;
			row++;
		}
		if (picture)
			draw_key(picture, &keys[i], x + at, y + row * ROW_HEIGHT);
		at += width_of(&keys[i]);
	}
	return n > 0 ? row + 1 : 0;
}

static unsigned count_lines(const struct survey *survey)
{
	return 3 + survey->lanes.is_full;
}

unsigned legend_height(const struct survey *survey)
{
	return count_lines(survey) * LINE_HEIGHT + 4 + place_keys(survey, NULL, 0, 0) * ROW_HEIGHT;
}

static void print_title(const struct picture *picture)
{
	const struct lanes *const lanes = &picture->survey->lanes;
	const struct bytes identifier = lanes->lane[0]->process->identifier;

	for (size_t i = 0; i < lanes->n; i++) {
		if (!bytes_equal(lanes->lane[i]->process->identifier, identifier)) {
			(void)fputs("Several programs", picture->file);
			return;
		}
	}
	markup_print(picture->file, identifier);
}

static void print_run(const struct picture *picture)
{
	const struct lanes *const lanes = &picture->survey->lanes;
	const struct run *const run = lanes->lane[0]->process->run;
	size_t runs = 1;

	for (size_t i = 1; i < lanes->n; i++)
		runs += lanes->lane[i]->process->run != lanes->lane[i - 1]->process->run;
	if (runs > 1) {
		(void)fprintf(picture->file, "%zu runs", runs);
		return;
	}
	(void)fputs("run ", picture->file);
	markup_puts(picture->file, run->id);
}

static void print_time(const struct picture *picture)
{
	const struct axis *const axis = &picture->axis;
	char from[AXIS_TEXT_SIZE], to[AXIS_TEXT_SIZE], span[AXIS_TEXT_SIZE];
	const bool has_date = axis->to_us - axis->from_us >= UINT64_C(86400000000);

	(void)fprintf(picture->file, "%.*s \u2013 %.*s \u00b7 %s", 23,
		      axis_format_time(axis, axis->from_us, true, from), has_date ? 23 : 12,
		      axis_format_time(axis, axis->to_us, has_date, to),
		      axis_format_span(axis->to_us - axis->from_us, span));
}

static void print_figures(const struct picture *picture)
{
	const struct survey *const survey = picture->survey;
	size_t processes = 0;

	for (size_t i = 0; i < survey->lanes.n; i++)
		processes += !survey->lanes.lane[i]->is_scope;
	(void)fprintf(picture->file,
		      "%zu process%s, at most %zu at once \u00b7 %" PRIu64 " record%s", processes,
		      processes == 1 ? "" : "es", tree_most_at_once(&survey->lanes),
		      survey->records, survey->records == 1 ? "" : "s");
}

static void print_full(const struct picture *picture)
{
	(void)fprintf(picture->file, "Only the first %d processes and scopes are shown.",
		      LANES_MAX);
}

void legend_draw(const struct picture *picture, unsigned x, unsigned y)
{
	static const struct {
		const char *class;
		void (*print)(const struct picture *picture);
	} lines[] = { { "title", print_title },
		      { "figures", print_time },
		      { "figures", print_figures },
		      { "figures faint", print_run },
		      { "figures", print_full } };
	const unsigned n = 1 + count_lines(picture->survey);

	(void)fputs("<g class=\"legend\">\n", picture->file);
	for (unsigned i = 0; i < n; i++, y += LINE_HEIGHT + (i == 1)) {
		(void)fprintf(picture->file, "<text class=\"%s\" x=\"%u\" y=\"%u\">",
			      lines[i].class, x, y);
		lines[i].print(picture);
		(void)fputs("</text>\n", picture->file);
	}
	(void)place_keys(picture->survey, picture, x, y + 4);
	(void)fputs("</g>\n", picture->file);
}
