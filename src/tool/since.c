/* SPDX-License-Identifier: MIT */
#include "since.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum {
	MICROSECONDS = 1000 * 1000,
	MINUTE = 60,
	HOUR = 60 * MINUTE,
	DAY = 24 * HOUR,
	WEEK = 7 * DAY,
};

static const struct unit {
	const char *name;
	int64_t seconds;
} units[] = {
	{ "s", 1 },        { "sec", 1 },      { "second", 1 },      { "seconds", 1 },
	{ "m", MINUTE },   { "min", MINUTE }, { "minute", MINUTE }, { "minutes", MINUTE },
	{ "h", HOUR },     { "hour", HOUR },  { "hours", HOUR },    { "d", DAY },
	{ "day", DAY },    { "days", DAY },   { "w", WEEK },        { "week", WEEK },
	{ "weeks", WEEK },
};

static const struct unit *find_unit(const char *name, size_t length)
{
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strlen(units[i].name) == length && strncmp(units[i].name, name, length) == 0)
			return &units[i];
	}
	return NULL;
}

/* "1h 30min", up to whatever is no number with its unit. */
static bool parse_duration(const char **text, int64_t *ret_seconds)
{
	const char *at = *text;
	int64_t seconds = 0;
	bool any = false;

	for (;;) {
		const struct unit *unit;
		unsigned long number;
		char *end;

		at += strspn(at, " ");
		if (*at < '0' || *at > '9')
			break;
		number = strtoul(at, &end, 10);
		end += strspn(end, " ");
		at = end + strspn(end, "abcdefghijklmnopqrstuvwxyz");
		unit = find_unit(end, (size_t)(at - end));
		if (!unit || number > INT32_MAX)
			return false;
		seconds += (int64_t)number * unit->seconds;
		any = true;
	}
	*text = at;
	*ret_seconds = seconds;
	return any;
}

static bool parse_relative(const char *text, time_t now, time_t *ret)
{
	const bool is_negative = *text == '-';
	int64_t seconds;

	text += is_negative;
	if (!parse_duration(&text, &seconds))
		return false;
	if (strcmp(text, is_negative ? "" : "ago") != 0)
		return false;
	*ret = now - seconds;
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
