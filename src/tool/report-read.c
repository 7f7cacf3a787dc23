/* SPDX-License-Identifier: MIT */
#include "report-read.h"

#include <stdlib.h>
#include <string.h>

struct report report_begin(char *text)
{
	struct report report = { .rest = text };
	char *words = strsep(&report.rest, "\n");
	const char *word;

	while ((word = strsep(&words, " "))) {
		report.is_single |= strcmp(word, "single") == 0;
		report.is_frozen |= strcmp(word, "frozen") == 0;
	}
	return report;
}

/* As far as a calendar goes: what stands there may be a lie. */
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

bool report_next(struct report *report, struct report_file *ret)
{
	char *line = strsep(&report->rest, "\n");

	if (!line || !*line)
		return false;
	ret->path = strsep(&line, "\t");
	ret->mtime_s = bounded_seconds(or_empty(strsep(&line, "\t")));
	ret->state = or_empty(strsep(&line, "\t"));
	ret->error = or_empty(line);
	return true;
}
