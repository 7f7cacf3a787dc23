/* SPDX-License-Identifier: MIT */
/* axis: time along a picture: where its ticks are, and how moments and spans are written. Pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct axis {
	uint64_t from_us, to_us; /* microseconds since 1970 */
	int64_t offset_us;       /* of local time from UTC, the same for the whole picture */
	bool has_clock;          /* ticks are times of the day, not spans since the beginning */
	uint64_t step_us;        /* from tick to tick */
	uint64_t first_us;       /* the first tick */
};

/* Lays out an axis with at most that many ticks or so. */
struct axis axis_make(uint64_t from_us, uint64_t to_us, int64_t offset_us, unsigned ticks);

/* Returns where a moment is, from 0 to 100. */
double axis_percent(const struct axis *axis, uint64_t when_us);

enum { AXIS_TEXT_SIZE = 48 };

/* Format the label of a tick: "50 ms", "09:25:10", "Nov 22 09:00". */
const char *axis_format_tick(const struct axis *axis, uint64_t when_us, char text[AXIS_TEXT_SIZE]);

/* "2026-11-22 09:25:11.280123"; without the date: "09:25:11.280123". */
const char *axis_format_time(const struct axis *axis, uint64_t when_us, bool has_date,
			     char text[AXIS_TEXT_SIZE]);

/* "0.4 ms", "405 ms", "12.3 s", "5 min 3 s", "2 h 5 min", "3 d 4 h". */
const char *axis_format_span(uint64_t span_us, char text[AXIS_TEXT_SIZE]);
