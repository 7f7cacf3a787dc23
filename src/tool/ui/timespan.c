/* SPDX-License-Identifier: MIT */
#include "tool/ui/timespan.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define USEC_PER_SEC  UINT64_C(1000000)
#define USEC_PER_DAY  (86400 * USEC_PER_SEC)
#define USEC_PER_YEAR (31557600 * USEC_PER_SEC) /* 365.25 days, as systemd counts */
#define SPAN_MAX      (10000 * USEC_PER_YEAR)

enum { NAMES_MAX = 5 };

static const struct unit {
	const char *names[NAMES_MAX];
	uint64_t usec;
} units[] = {
	{ { "usec", "us", "µs" }, 1 },
	{ { "msec", "ms" }, 1000 },
	{ { "seconds", "second", "sec", "s", "" }, USEC_PER_SEC },
	{ { "minutes", "minute", "min", "m" }, 60 * USEC_PER_SEC },
	{ { "hours", "hour", "hr", "h" }, 3600 * USEC_PER_SEC },
	{ { "days", "day", "d" }, USEC_PER_DAY },
	{ { "weeks", "week", "w" }, 7 * USEC_PER_DAY },
	{ { "months", "month", "M" }, USEC_PER_YEAR / 12 },
	{ { "years", "year", "y" }, USEC_PER_YEAR },
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static const char *skip_blanks(const char *text)
{
	return text + strspn(text, " \t");
}

static uint64_t find_unit(const char *name, size_t length)
{
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		const char *const *names = units[i].names;

		for (size_t j = 0; j < NAMES_MAX && names[j]; j++) {
			if (strlen(names[j]) == length && memcmp(names[j], name, length) == 0)
				return units[i].usec;
		}
	}
	return 0;
}

/* Adds "1.5" units, in whole microseconds. */
static int add_units(uint64_t *sum, const char *digits, size_t n_whole, const char *fraction,
		     size_t n_fraction, uint64_t unit)
{
	uint64_t whole = 0, part = unit;

	for (size_t i = 0; i < n_whole; i++) {
		whole = 10 * whole + (uint64_t)(digits[i] - '0');
		if (whole > SPAN_MAX / unit)
			return -ERANGE;
	}
	*sum += whole * unit;
	for (size_t i = 0; i < n_fraction && part; i++) {
		*sum += part * (uint64_t)(fraction[i] - '0') / 10;
		part /= 10;
	}
	return *sum > SPAN_MAX ? -ERANGE : 0;
}

int timespan_parse(const char *text, uint64_t *ret_usec)
{
	uint64_t sum = 0;

	text = skip_blanks(text);
	if (!*text)
		return -EINVAL;
	while (*text) {
		const char *digits = text, *fraction = text, *unit;
		size_t n_whole = 0, n_fraction = 0, length;
		uint64_t usec;
		int r;

		while (is_digit(*text))
			text++, n_whole++;
		if (*text == '.') {
			fraction = ++text;
			while (is_digit(*text))
				text++, n_fraction++;
		}
		unit = skip_blanks(text);
		length = strcspn(unit, " \t0123456789.");
		usec = find_unit(unit, length);
		if (n_whole + n_fraction == 0 || !usec || (length == 0 && *unit))
			return -EINVAL;
		r = add_units(&sum, digits, n_whole, fraction, n_fraction, usec);
		if (r < 0)
			return r;
		text = skip_blanks(unit + length);
	}
	*ret_usec = sum;
	return 0;
}
