/* SPDX-License-Identifier: MIT */
#include "tool/timeline/axis.h"

#include "lib/suite.h"

#include <stdio.h>
#include <string.h>

#define MS  UINT64_C(1000)
#define SEC (1000 * MS)
#define DAY (86400 * SEC)

static const uint64_t begin_us = UINT64_C(1795339511280123); /* 2026-11-22 09:25:11.280123 */

static const struct {
	uint64_t span_us;
	int64_t offset_us;
	const char *ticks; /* the first two */
} axes[] = {
	{ 0, 0, "0 \u00b5s 1 \u00b5s" },
	{ 90, 0, "0 \u00b5s 10 \u00b5s" },
	{ 5 * MS, 0, "0 \u00b5s 500 \u00b5s" },
	{ 450 * MS, 0, "0 ms 50 ms" },
	{ 1900 * MS, 0, "0 ms 200 ms" },
	{ 4 * SEC, 0, "0 s 0.5 s" },
	{ 59 * SEC, 0, "0 s 10 s" },
	{ 60 * SEC, 0, "09:25:20 09:25:30" },
	{ 3600 * SEC, 0, "09:30 09:40" },
	{ 3600 * SEC, INT64_C(3600000000), "10:30 10:40" },
	{ 3600 * SEC, -INT64_C(36000000000), "23:30 23:40" },
	{ DAY, 0, "12:00 15:00" },
	{ 3 * DAY, 0, "Nov 22 12:00 Nov 23 00:00" },
	{ 100 * DAY, 0, "Nov 23 00:00 Dec  3 00:00" },
};

START_TEST(ticks)
{
	const struct axis axis =
		axis_make(begin_us, begin_us + axes[_i].span_us, axes[_i].offset_us, 10);
	char first[AXIS_TEXT_SIZE], second[AXIS_TEXT_SIZE], both[2 * AXIS_TEXT_SIZE];

	(void)snprintf(both, sizeof(both), "%s %s", axis_format_tick(&axis, axis.first_us, first),
		       axis_format_tick(&axis, axis.first_us + axis.step_us, second));
	ck_assert_str_eq(both, axes[_i].ticks);
	ck_assert_uint_ge(axis.first_us, begin_us);
	ck_assert_uint_le((axis.to_us - axis.from_us) / axis.step_us, 11);
}
END_TEST

START_TEST(places)
{
	const struct axis axis = axis_make(1000, 3000, 0, 10);

	ck_assert_double_eq(axis_percent(&axis, 1000), 0);
	ck_assert_double_eq(axis_percent(&axis, 1500), 25);
	ck_assert_double_eq(axis_percent(&axis, 3000), 100);
	ck_assert_double_eq(axis_percent(&axis, 0), 0);
	ck_assert_double_eq(axis_percent(&axis, UINT64_MAX), 100);
}
END_TEST

START_TEST(times)
{
	const struct axis axis = axis_make(begin_us, begin_us + DAY, INT64_C(5400000000), 10);
	char text[AXIS_TEXT_SIZE];

	ck_assert_str_eq(axis_format_time(&axis, begin_us, true, text),
			 "2026-11-22 10:55:11.280123");
	ck_assert_str_eq(axis_format_time(&axis, begin_us, false, text), "10:55:11.280123");
	ck_assert_uint_lt(strlen(axis_format_time(&axis, UINT64_MAX, true, text)), AXIS_TEXT_SIZE);
}
END_TEST

START_TEST(spans)
{
	static const struct {
		uint64_t span_us;
		const char *text;
	} rows[] = {
		{ 0, "0 ms" },
		{ 400, "0.4 ms" },
		{ 9 * MS, "9 ms" },
		{ 405 * MS + 7, "405 ms" },
		{ 12345 * MS, "12.3 s" },
		{ 303 * SEC, "5 min 3 s" },
		{ 7500 * SEC, "2 h 5 min" },
		{ 3 * DAY + 4 * 3600 * SEC, "3 d 4 h" },
	};
	char text[AXIS_TEXT_SIZE];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_str_eq(axis_format_span(rows[i].span_us, text), rows[i].text);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("axis");
	TCase *tcase = suite_case(suite, "axis", NULL, NULL);

	tcase_add_loop_test(tcase, ticks, 0, sizeof(axes) / sizeof(axes[0]));
	tcase_add_test(tcase, places);
	tcase_add_test(tcase, times);
	tcase_add_test(tcase, spans);
	return suite_run(suite);
}
