/* SPDX-License-Identifier: MIT */
#include "board/status-text.h"

#include <stdlib.h>
#include <string.h>

void status_text_put_process(struct strbuf *text, bool is_single, bool is_frozen)
{
	strbuf_put_string(text, is_single ? "single" : "");
	strbuf_put_string(text, is_frozen ? " frozen\n" : "\n");
}

void status_text_put_file(struct strbuf *text, const struct status_file *file)
{
	strbuf_put_string(text, file->path);
	strbuf_put_string(text, "\t");
	strbuf_put_number(text, (uint64_t)file->mtime_s);
	strbuf_put_string(text, "\t");
	strbuf_put_string(text, file->state);
	strbuf_put_string(text, "\t");
	strbuf_put_string(text, file->error);
	strbuf_put_string(text, "\n");
}

struct status_text status_text_begin(char *text)
{
	struct status_text status = { .rest = text };
	char *words = strsep(&status.rest, "\n");
	const char *word;

	while ((word = strsep(&words, " "))) {
		status.is_single |= strcmp(word, "single") == 0;
		status.is_frozen |= strcmp(word, "frozen") == 0;
	}
	return status;
}

/* Bounds the number by what a calendar can show: any number may stand on a board. */
static int64_t bounded_seconds(const char *text)
{
	static const int64_t year_10000 = INT64_C(253402300800);
	const int64_t seconds = strtoll(text, NULL, 10);

	return seconds > 0 && seconds < year_10000 ? seconds : 0;
}

static const char *or_empty(const char *text)
{
	return text ? text : "";
}

bool status_text_next(struct status_text *status, struct status_file *ret)
{
	char *line = strsep(&status->rest, "\n");

	if (!line || !*line)
		return false;
	ret->path = strsep(&line, "\t");
	ret->mtime_s = bounded_seconds(or_empty(strsep(&line, "\t")));
	ret->state = or_empty(strsep(&line, "\t"));
	ret->error = or_empty(line);
	return true;
}
