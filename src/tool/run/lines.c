/* SPDX-License-Identifier: MIT */
#include "tool/run/lines.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tool/run/line.h"
#include "tool/ui/regex.h"

enum {
	CAPACITY = 256 << 10,
	/* Less room is not worth a read(2). */
	ROOM = 64 << 10,
};

int lines_init(struct lines *lines, const struct lines_options *options)
{
	*lines = (struct lines){
		.options = *options,
		.data = malloc(CAPACITY),
		.capacity = CAPACITY,
		.level = options->level,
	};
	return lines->data ? 0 : -ENOMEM;
}

void lines_free(struct lines *lines)
{
	free(lines->data);
	lines->data = NULL;
}

bool lines_waits(const struct lines *lines)
{
	return lines->open;
}

bool lines_expects(const struct lines *lines)
{
	return lines->open && (lines->joined || lines->options.join);
}

void lines_settle(struct lines *lines)
{
	const struct bytes text = { lines->data + lines->start, lines->stop - lines->start };

	if (lines->open)
		lines->options.emit(lines->level, text, lines->options.userdata);
	lines->open = false;
	lines->start = lines->line;
}

/* The rest of a line that was split has no level of its own. */
static struct line parse_line(const struct lines *lines, struct bytes text)
{
	return lines->split ? (struct line){ text, lines->options.level, false }
			    : line_parse(text, lines->options.level);
}

static bool may_continue(const struct lines *lines, const struct line *line)
{
	return lines->options.joins && lines->seen &&
	       (!line->has_level || line->level == lines->level);
}

/* The beginning of a line decides this as well as the whole line. */
static bool is_continued_by(const struct lines *lines, const struct line *line)
{
	return lines->split || (may_continue(lines, line) && line_is_indented(line->text));
}

static bool continues(const struct lines *lines, const struct line *line)
{
	return is_continued_by(lines, line) || (may_continue(lines, line) && lines->options.join &&
						regex_matches(lines->options.join, line->text));
}

static void begin_record(struct lines *lines, struct bytes text, int level)
{
	lines_settle(lines);
	lines->seen = true;
	lines->level = level;
	lines->dropping = !lines->options.passes(level);
	if (lines->dropping)
		return;
	lines->open = true;
	lines->joined = false;
	lines->start = (size_t)(text.data - lines->data);
	lines->stop = lines->start + text.size;
	if (!lines->options.joins)
		lines_settle(lines);
}

/* Between the two texts stands the newline, and the <N>, which is taken out. */
static void append_line(struct lines *lines, struct bytes text)
{
	char *end = lines->data + lines->stop + 1;

	if (text.data != end)
		memmove(end, text.data, text.size);
	lines->stop += 1 + text.size;
	lines->joined = true;
}

static bool may_be_parsed(const struct lines *lines, struct bytes text)
{
	return lines->options.parse && !lines->split && text.size > 0 && text.data[0] == '{';
}

/* A record of its own: nothing continues it. */
static bool take_parsed(struct lines *lines, const struct line *line)
{
	if (!may_be_parsed(lines, line->text) ||
	    !lines->options.parse(line->text, line->level, lines->options.userdata))
		return false;
	lines_settle(lines);
	lines->options.emit_parsed(lines->options.userdata);
	lines->seen = lines->dropping = false;
	return true;
}

/* Takes from the text what was overwritten. The rest is a line like any other, whatever became of what
 * stood before it. */
static bool overwrite(struct lines *lines, struct bytes *text)
{
	if (!lines->options.overwrites || !line_overwrite(text))
		return false;
	lines->skipping = lines->split = false;
	return true;
}

static void take_line(struct lines *lines, size_t stop, bool is_whole)
{
	struct bytes text = { lines->data + lines->line, stop - lines->line };
	struct line line;

	(void)overwrite(lines, &text);
	line = parse_line(lines, text);
	if (lines->skipping)
		lines->skipping = false;
	else if (is_whole && take_parsed(lines, &line))
		return;
	else if (!continues(lines, &line))
		begin_record(lines, line.text, line.level);
	else if (!lines->open && !lines->dropping)
		begin_record(lines, line.text, lines->level);
	else if (lines->open && lines->stop - lines->start + line.text.size < LINES_JOINED_MAX)
		append_line(lines, line.text);
	else if (lines->open)
		begin_record(lines, line.text, lines->level);
	lines->split = false;
}

static void next_line_at(struct lines *lines, size_t at)
{
	lines->line = lines->scanned = at;
	if (!lines->open)
		lines->start = at;
}

/* Returns whether all lines that follow are dropped, but for those that begin with <. */
static bool drops_lines(const struct lines *lines)
{
	if (lines->open || lines->split || lines->options.parse ||
	    (lines->options.joins && !lines->dropping))
		return false;
	return !lines->options.passes(lines->options.level);
}

static bool is_line_start(const struct lines *lines, size_t at)
{
	if (at == lines->line)
		return !lines->skipping;
	return lines->data[at - 1] == '\n' ||
	       (lines->options.overwrites && lines->data[at - 1] == '\r');
}

/* Returns up to where bytes can be dropped: carriage returns at the end may be those of a line's end, or
 * begin it anew. */
static size_t end_to_drop(const struct lines *lines)
{
	const struct bytes text = { lines->data + lines->line, lines->end - lines->line };

	return lines->options.overwrites ? lines->line + line_size_without_returns(text)
					 : lines->end;
}

/* Returns where the next line begins that starts with <, or the end. */
static size_t find_bracket(const struct lines *lines)
{
	size_t at = lines->line;
	const char *found;

	while ((found = memchr(lines->data + at, '<', lines->end - at))) {
		at = (size_t)(found - lines->data);
		if (is_line_start(lines, at))
			return at;
		at++;
	}
	return end_to_drop(lines);
}

static void drop_lines(struct lines *lines)
{
	const size_t at = find_bracket(lines);

	if (at > lines->line) {
		lines->skipping = !is_line_start(lines, at);
		lines->level = lines->options.level;
		lines->seen = lines->dropping = true;
	}
	next_line_at(lines, at);
}

static void skip_unfinished(struct lines *lines, int level)
{
	lines->level = level;
	lines->seen = lines->dropping = lines->skipping = true;
	next_line_at(lines, end_to_drop(lines));
}

/* An unfinished line can often be judged before its end: then the record before it need not wait,
 * and a line that does not pass is not kept. */
static void judge_unfinished(struct lines *lines)
{
	const struct bytes text = { lines->data + lines->line, lines->end - lines->line };
	const struct line line = parse_line(lines, text);

	if (lines->skipping)
		next_line_at(lines, end_to_drop(lines));
	if (lines->skipping || !line_is_decided(text))
		return;
	if (lines->end - lines->start >= LINES_JOINED_MAX)
		lines_settle(lines);
	/* The expression is for whole lines, and so is JSON. */
	if ((lines->options.join && !lines->dropping) || may_be_parsed(lines, line.text))
		return;
	if (is_continued_by(lines, &line)) {
		if (lines->dropping)
			skip_unfinished(lines, lines->level);
		return;
	}
	lines_settle(lines);
	if (!lines->options.passes(line.level))
		skip_unfinished(lines, line.level);
}

/* The rest of the line has the same level, whatever it begins with. */
static void split_line(struct lines *lines)
{
	size_t stop = end_to_drop(lines);

	if (lines->line == lines->end)
		return;
	if (stop == lines->line) /* nothing but carriage returns */
		stop = lines->end;
	take_line(lines, stop, false);
	lines_settle(lines);
	next_line_at(lines, stop);
	lines->split = !lines->dropping;
	lines->skipping = lines->dropping;
}

/* Of a progress bar only the last state is kept. */
static void overwrite_unfinished(struct lines *lines)
{
	const size_t from = lines->scanned > lines->line ? lines->scanned - 1 : lines->line;
	struct bytes text = { lines->data + from, lines->end - from };

	if (overwrite(lines, &text))
		next_line_at(lines, (size_t)(text.data - lines->data));
}

static bool resize(struct lines *lines, size_t capacity)
{
	char *const data = realloc(lines->data, capacity);

	if (!data)
		return false;
	lines->data = data;
	lines->capacity = capacity;
	return true;
}

static void rewind_empty(struct lines *lines)
{
	if (lines->open || lines->line < lines->end)
		return;
	lines->start = lines->line = lines->scanned = lines->end = 0;
	if (lines->capacity > CAPACITY) /* after a long line the memory is given back */
		(void)resize(lines, CAPACITY);
}

void lines_feed(struct lines *lines, size_t size)
{
	const char *newline;

	lines->end += size;
	for (;;) {
		if (drops_lines(lines))
			drop_lines(lines);
		newline = memchr(lines->data + lines->scanned, '\n', lines->end - lines->scanned);
		if (!newline)
			break;
		take_line(lines, (size_t)(newline - lines->data), true);
		next_line_at(lines, (size_t)(newline - lines->data) + 1);
	}
	overwrite_unfinished(lines);
	lines->scanned = lines->end;
	judge_unfinished(lines);
	if (lines->end - lines->line >= LINES_LINE_MAX)
		split_line(lines);
	rewind_empty(lines);
}

static void move_to_front(struct lines *lines)
{
	const size_t gap = lines->start;

	memmove(lines->data, lines->data + gap, lines->end - gap);
	lines->start = 0;
	lines->stop -= lines->open ? gap : 0;
	lines->line -= gap;
	lines->scanned -= gap;
	lines->end -= gap;
}

char *lines_room(struct lines *lines, size_t *ret_size)
{
	if (lines->capacity - lines->end < ROOM && lines->start > 0)
		move_to_front(lines);
	if (lines->capacity - lines->end < ROOM && !resize(lines, 2 * lines->capacity)) {
		lines_settle(lines);
		split_line(lines);
		rewind_empty(lines);
		move_to_front(lines);
	}
	*ret_size = lines->capacity - lines->end;
	return lines->data + lines->end;
}

void lines_finish(struct lines *lines)
{
	if (lines->line < lines->end)
		take_line(lines, lines->end, true);
	next_line_at(lines, lines->end);
	lines_settle(lines);
	rewind_empty(lines);
}
