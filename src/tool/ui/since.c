/* SPDX-License-Identifier: MIT */
#include "tool/ui/since.h"

#include "tool/ui/timespan.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The year 9999 ends. */
#define MOMENT_MAX INT64_C(253402300799)

enum {
	MICROSECONDS = 1000 * 1000,
	SPAN_SIZE = 128, /* "1 week 2 days 3 hours 4 minutes 5 seconds" */
};

struct moment {
	int64_t seconds; /* since 1970, on 32 bits too */
	unsigned us;
	unsigned rest_us; /* until the end of the fraction's last digit */
};

/* "-1h 30min", or the same with " ago" in place of the minus. */
static bool parse_relative(const char *text, time_t now, struct moment *ret)
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
	ret->seconds = now - (int64_t)(usec / MICROSECONDS);
	return true;
}

static bool parse_word(const char *text, time_t now, struct moment *ret)
{
	struct tm day;

	if (strcmp(text, "now") == 0) {
		ret->seconds = now;
		return true;
	}
	if (strcmp(text, "today") != 0 && strcmp(text, "yesterday") != 0)
		return false;
	if (!localtime_r(&now, &day))
		return false;
	day.tm_hour = day.tm_min = day.tm_sec = 0;
	day.tm_mday -= text[0] == 'y';
	day.tm_isdst = -1;
	ret->seconds = mktime(&day);
	return true;
}

/* Reads ",280" or ".280123", as far as microseconds, and moves *text behind it. */
static void parse_fraction(const char **text, struct moment *ret)
{
	const char *digit = *text + 1;
	unsigned unit = MICROSECONDS;

	if ((**text != ',' && **text != '.') || *digit < '0' || *digit > '9')
		return;
	for (; *digit >= '0' && *digit <= '9'; digit++) {
		unit /= 10;
		ret->us += unit * (unsigned)(*digit - '0');
		ret->rest_us = unit ? unit - 1 : 0;
	}
	*text = digit;
}

static bool parse_seconds(const char *text, time_t now, struct moment *ret)
{
	char *end;
	const char *rest;

	if (text[0] != '@' || text[1] < '0' || text[1] > '9')
		return false;
	ret->seconds = strtoll(text + 1, &end, 10);
	rest = end;
	parse_fraction(&rest, ret);
	return *rest == '\0';
}

static bool parse_two_digits(const char *text, int max, int *ret)
{
	if (text[0] < '0' || text[0] > '9' || text[1] < '0' || text[1] > '9')
		return false;
	*ret = 10 * (text[0] - '0') + text[1] - '0';
	return *ret <= max;
}

/* Reads what stands behind the time: " UTC", "Z", "+01:00" or "-0330". */
static bool parse_zone(const char *text, long *ret_offset)
{
	int hours, minutes;

	if (strcmp(text, "Z") == 0 || strcmp(text, " UTC") == 0) {
		*ret_offset = 0;
		return true;
	}
	if ((text[0] != '+' && text[0] != '-') || !parse_two_digits(text + 1, 23, &hours) ||
	    !parse_two_digits(text + 3 + (text[3] == ':'), 59, &minutes) ||
	    text[5 + (text[3] == ':')] != '\0')
		return false;
	*ret_offset = (hours * 60L + minutes) * 60 * (text[0] == '-' ? -1 : 1);
	return true;
}

/* Reads the date and time, of which TM has what the text leaves out: the day. Returns what stands behind
 * them, or NULL. */
static const char *parse_tm(const char *text, const char *format, struct tm *tm, struct moment *ret)
{
	const char *end;

	tm->tm_hour = tm->tm_min = tm->tm_sec = 0;
	tm->tm_isdst = -1;
	*ret = (struct moment){ 0 };
	end = strptime(text, format, tm);
	if (end && format[strlen(format) - 1] == 'S')
		parse_fraction(&end, ret);
	return end;
}

static bool parse_format(const char *text, const char *format, time_t now, struct moment *ret)
{
	struct tm tm;
	const char *end;
	long offset;

	if (!localtime_r(&now, &tm))
		return false;
	end = parse_tm(text, format, &tm, ret);
	if (end && *end == '\0') {
		ret->seconds = mktime(&tm);
		return true;
	}
	if (!end || !parse_zone(end, &offset))
		return false;
	now += offset;
	if (!gmtime_r(&now, &tm))
		return false;
	(void)parse_tm(text, format, &tm, ret);
	ret->seconds = (int64_t)timegm(&tm) - offset;
	return true;
}

static bool parse_calendar(const char *text, time_t now, struct moment *ret)
{
	static const char *const formats[] = {
		"%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M",
		"%Y-%m-%d",          "%H:%M:%S",          "%H:%M",
	};

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (parse_format(text, formats[i], now, ret))
			return true;
	}
	return false;
}

static int parse(const char *text, time_t now, struct moment *ret)
{
	static bool (*const parsers[])(const char *, time_t, struct moment *) = {
		parse_word,
		parse_seconds,
		parse_relative,
		parse_calendar,
	};

	for (size_t i = 0; i < sizeof(parsers) / sizeof(parsers[0]); i++) {
		*ret = (struct moment){ 0 };
		if (!parsers[i](text, now, ret))
			continue;
		return ret->seconds < 0 || ret->seconds > MOMENT_MAX ? -EINVAL : 0;
	}
	return -EINVAL;
}

int since_parse(const char *text, time_t now, uint64_t *ret_us)
{
	struct moment moment;
	const int r = parse(text, now, &moment);

	if (r == 0)
		*ret_us = (uint64_t)moment.seconds * MICROSECONDS + moment.us;
	return r;
}

int since_parse_until(const char *text, time_t now, uint64_t *ret_us)
{
	struct moment moment;
	const int r = parse(text, now, &moment);

	if (r == 0)
		*ret_us = (uint64_t)moment.seconds * MICROSECONDS + moment.us + moment.rest_us;
	return r;
}
