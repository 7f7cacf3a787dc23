/* SPDX-License-Identifier: MIT */
#include "tool/ui/since.h"

#include "tool/ui/timespan.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	MICROSECONDS = 1000 * 1000,
	SPAN_SIZE = 128, /* "1 week 2 days 3 hours 4 minutes 5 seconds" */
};

/* "-1h 30min", or the same with " ago" in place of the minus. */
static bool parse_relative(const char *text, time_t now, time_t *ret)
{
	const size_t size = strlen(text), tail = strlen("ago");
	char span[SPAN_SIZE];
	uint64_t usec;

	if (size >= sizeof(span))
		return false;
	if (text[0] == '-')
		(void)snprintf(span, sizeof(span), "%s", text + 1);
	else if (size > tail && strcmp(text + size - tail, "ago") == 0)
		(void)snprintf(span, sizeof(span), "%.*s", (int)(size - tail), text);
	else
		return false;
	if (timespan_parse(span, &usec) < 0)
		return false;
	*ret = now - (time_t)(usec / MICROSECONDS);
	return true;
}

static bool parse_word(const char *text, time_t now, time_t *ret)
{
	struct tm day;

	if (strcmp(text, "now") == 0) {
		*ret = now;
		return true;
	}
	if (strcmp(text, "today") != 0 && strcmp(text, "yesterday") != 0)
		return false;
	if (!localtime_r(&now, &day))
		return false;
	day.tm_hour = day.tm_min = day.tm_sec = 0;
	day.tm_mday -= text[0] == 'y';
	day.tm_isdst = -1;
	*ret = mktime(&day);
	return true;
}

static bool parse_seconds(const char *text, time_t now, time_t *ret)
{
	char *end;

	if (text[0] != '@' || text[1] < '0' || text[1] > '9')
		return false;
	*ret = (time_t)strtoll(text + 1, &end, 10);
	return *end == '\0';
}

static bool parse_calendar(const char *text, time_t now, time_t *ret)
{
	static const char *const formats[] = {
		"%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M",
		"%Y-%m-%d",          "%H:%M:%S",          "%H:%M",
	};

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		struct tm tm;
		const char *end;

		if (!localtime_r(&now, &tm))
			return false;
		tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
		tm.tm_isdst = -1;
		end = strptime(text, formats[i], &tm);
		if (end && *end == '\0') {
			*ret = mktime(&tm);
			return true;
		}
	}
	return false;
}

int since_parse(const char *text, time_t now, uint64_t *ret_us)
{
	static bool (*const parsers[])(const char *, time_t, time_t *) = {
		parse_word,
		parse_seconds,
		parse_relative,
		parse_calendar,
	};
	time_t seconds = -1;

	for (size_t i = 0; i < sizeof(parsers) / sizeof(parsers[0]); i++) {
		if (!parsers[i](text, now, &seconds))
			continue;
		if (seconds < 0)
			return -EINVAL;
		*ret_us = (uint64_t)seconds * MICROSECONDS;
		return 0;
	}
	return -EINVAL;
}
