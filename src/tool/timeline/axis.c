/* SPDX-License-Identifier: MIT */
#include "tool/timeline/axis.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#define MS         UINT64_C(1000)
#define SEC        (1000 * MS)
#define MIN        (60 * SEC)
#define HOUR       (60 * MIN)
#define DAY        (24 * HOUR)

/* From one minute on, times of the day say more than spans. */
#define CLOCK_FROM MIN

static uint64_t find_step(uint64_t least_us)
{
	static const uint64_t steps[] = { SEC,  2 * SEC,  5 * SEC,  10 * SEC, 15 * SEC, 30 * SEC,
					  MIN,  2 * MIN,  5 * MIN,  10 * MIN, 15 * MIN, 30 * MIN,
					  HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR };
	uint64_t power = 1;

	for (; power < SEC; power *= 10) {
		for (unsigned factor = 1; factor <= 5; factor += factor == 1 ? 1 : 3) {
			if (factor * power >= least_us)
				return factor * power;
		}
	}
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		if (steps[i] >= least_us)
			return steps[i];
	}
	return (least_us + DAY - 1) / DAY * DAY;
}

static uint64_t round_up(uint64_t number, uint64_t step)
{
	const uint64_t rest = number % step;

	return rest ? number + step - rest : number;
}

struct axis axis_make(uint64_t from_us, uint64_t to_us, int64_t offset_us, unsigned ticks)
{
	struct axis axis = { .from_us = from_us, .to_us = to_us, .offset_us = offset_us };

	if (axis.to_us <= axis.from_us)
		axis.to_us = axis.from_us + 1;
	axis.has_clock = axis.to_us - axis.from_us >= CLOCK_FROM;
	axis.step_us = find_step((axis.to_us - axis.from_us + ticks - 1) / ticks);
	axis.first_us = from_us;
	/* Times of the day are round in local time. */
	if (axis.has_clock)
		axis.first_us =
			round_up(from_us + (uint64_t)offset_us, axis.step_us) - (uint64_t)offset_us;
	return axis;
}

double axis_percent(const struct axis *axis, uint64_t when_us)
{
	if (when_us <= axis->from_us)
		return 0;
	if (when_us >= axis->to_us)
		return 100;
	return 100.0 * (double)(when_us - axis->from_us) / (double)(axis->to_us - axis->from_us);
}

static struct tm calendar_of(const struct axis *axis, uint64_t when_us)
{
	const time_t seconds = (time_t)((when_us + (uint64_t)axis->offset_us) / SEC);
	struct tm calendar = { .tm_mday = 1 };

	(void)gmtime_r(&seconds, &calendar);
	return calendar;
}

static void format_clock(const struct axis *axis, uint64_t when_us, char text[AXIS_TEXT_SIZE])
{
	const struct tm calendar = calendar_of(axis, when_us);

	if (axis->to_us - axis->from_us > DAY)
		(void)strftime(text, AXIS_TEXT_SIZE, "%b %e %H:%M", &calendar);
	else if (axis->step_us < MIN)
		(void)strftime(text, AXIS_TEXT_SIZE, "%H:%M:%S", &calendar);
	else
		(void)strftime(text, AXIS_TEXT_SIZE, "%H:%M", &calendar);
}

const char *axis_format_tick(const struct axis *axis, uint64_t when_us, char text[AXIS_TEXT_SIZE])
{
	const uint64_t since_us = when_us - axis->from_us;

	if (axis->has_clock)
		format_clock(axis, when_us, text);
	else if (axis->step_us < MS)
		(void)snprintf(text, AXIS_TEXT_SIZE, "%" PRIu64 " \u00b5s", since_us);
	else if (axis->step_us < SEC && axis->to_us - axis->from_us < 2 * SEC)
		(void)snprintf(text, AXIS_TEXT_SIZE, "%" PRIu64 " ms", since_us / MS);
	else
		(void)snprintf(text, AXIS_TEXT_SIZE, "%g s", (double)since_us / (double)SEC);
	return text;
}

const char *axis_format_time(const struct axis *axis, uint64_t when_us, bool has_date,
			     char text[AXIS_TEXT_SIZE])
{
	const struct tm calendar = calendar_of(axis, when_us);
	const size_t size = has_date
				    ? strftime(text, AXIS_TEXT_SIZE, "%Y-%m-%d %H:%M:%S", &calendar)
				    : strftime(text, AXIS_TEXT_SIZE, "%H:%M:%S", &calendar);

	(void)snprintf(text + size, AXIS_TEXT_SIZE - size, ".%06u", (unsigned)(when_us % SEC));
	return text;
}

const char *axis_format_span(uint64_t span_us, char text[AXIS_TEXT_SIZE])
{
	static const struct {
		uint64_t unit_us, part_us;
		const char *unit, *part;
	} units[] = { { DAY, HOUR, "d", "h" },
		      { HOUR, MIN, "h", "min" },
		      { MIN, SEC, "min", "s" } };

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (span_us < units[i].unit_us)
			continue;
		(void)snprintf(text, AXIS_TEXT_SIZE, "%" PRIu64 " %s %" PRIu64 " %s",
			       span_us / units[i].unit_us, units[i].unit,
			       span_us % units[i].unit_us / units[i].part_us, units[i].part);
		return text;
	}
	if (span_us >= SEC)
		(void)snprintf(text, AXIS_TEXT_SIZE, "%.3g s", (double)span_us / (double)SEC);
	else if (span_us >= 10 * MS)
		(void)snprintf(text, AXIS_TEXT_SIZE, "%" PRIu64 " ms", span_us / MS);
	else
		(void)snprintf(text, AXIS_TEXT_SIZE, "%.3g ms", (double)span_us / (double)MS);
	return text;
}
