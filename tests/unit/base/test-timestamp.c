/* SPDX-License-Identifier: MIT */
#include "base/timestamp.h"

#include <check.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/suite.h"

typedef void put_function(struct strbuf *text, const struct timespec *when);

static const char *put(put_function *function, time_t seconds, long nanoseconds)
{
	static char buffer[64];
	struct strbuf text = { buffer, sizeof(buffer) - 1, 0 };

	function(&text, &(struct timespec){ seconds, nanoseconds });
	buffer[text.size] = '\0';
	return buffer;
}

static void set_zone(const char *zone)
{
	ck_assert_int_eq(setenv("TZ", zone, 1), 0);
	timestamp_init();
}

START_TEST(writes_the_three_forms)
{
	set_zone("CET-1");
	ck_assert_str_eq(put(strbuf_put_log_time, 1795335911, 280999999),
			 "2026-11-22 09:25:11,280");
	ck_assert_str_eq(put(strbuf_put_rfc3164_time, 1795335911, 0), "Nov 22 09:25:11");
	ck_assert_str_eq(put(strbuf_put_rfc5424_time, 1795335911, 280123999),
			 "2026-11-22T09:25:11.280123+01:00");
}
END_TEST

START_TEST(pads_days_with_a_blank)
{
	set_zone("UTC");
	ck_assert_str_eq(put(strbuf_put_rfc3164_time, 1798761600, 0), "Jan  1 00:00:00");
}
END_TEST

START_TEST(knows_offsets_west_and_of_half_hours)
{
	set_zone("NST3:30");
	ck_assert_str_eq(put(strbuf_put_rfc5424_time, 1795335911, 0),
			 "2026-11-22T04:55:11.000000-03:30");
}
END_TEST

START_TEST(is_utc_before_it_is_initialised)
{
	ck_assert_int_eq(setenv("TZ", "CET-1", 1), 0);
	ck_assert_str_eq(put(strbuf_put_log_time, 0, 0), "1970-01-01 00:00:00,000");
}
END_TEST

static void check_against_libc(time_t when)
{
	char expected[64];
	char full[80];
	struct tm local;

	ck_assert_ptr_nonnull(localtime_r(&when, &local));
	ck_assert_uint_gt(strftime(expected, sizeof(expected), "%Y-%m-%d %H:%M:%S", &local), 0);
	(void)snprintf(full, sizeof(full), "%s,000", expected);
	ck_assert_str_eq(put(strbuf_put_log_time, when, 0), full);
}

static const char *const zones[] = {
	"UTC",
	"CET-1CEST,M3.5.0,M10.5.0/3",           /* Berlin */
	"EST5EDT,M3.2.0,M11.1.0",               /* New York */
	"<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", /* Lord Howe: half an hour */
	":Africa/Casablanca",                   /* a month apart, where the machine knows it */
};

static long offset_at(time_t when)
{
	struct tm local;

	ck_assert_ptr_nonnull(localtime_r(&when, &local));
	return local.tm_gmtoff;
}

/* From a year ago to ten years ahead, at another hour each time, and around each change. */
START_TEST(agrees_with_libc)
{
	const long step = 11 * 86400 - 3581;
	const long year = 365 * 86400L;
	const time_t now = time(NULL);

	set_zone(zones[_i]);
	for (time_t when = now - year; when < now + 10 * year; when += step) {
		check_against_libc(when);
		if (offset_at(when) == offset_at(when + step))
			continue;
		for (time_t t = when; t < when + step; t += 7201)
			check_against_libc(t);
	}
}
END_TEST

/* The clock may be stepped anywhere: rules without a date hold in every year. */
START_TEST(agrees_with_libc_in_any_year)
{
	const long year = 365 * 86400L;
	const time_t end = sizeof(time_t) > sizeof(int32_t) ? 128 * year : 67 * year;

	if (zones[_i][0] == ':')
		return;
	set_zone(zones[_i]);
	for (time_t when = 0; when < end; when += 5 * 86400 - 3581)
		check_against_libc(when);
}
END_TEST

/* Seconds of one minute, the minute after, and the minute before: the calendar of one is not another's. */
START_TEST(goes_from_minute_to_minute)
{
	set_zone(zones[_i]);
	for (time_t when = 1795335900; when < 1795335900 + 180; when++) {
		check_against_libc(when);
		check_against_libc(when - 86400 * 31);
		check_against_libc(when);
	}
}
END_TEST

/* Within one minute. */
START_TEST(forgets_the_zone_before)
{
	for (int i = 0; i < 5; i++) {
		set_zone("UTC");
		ck_assert_str_eq(put(strbuf_put_log_time, 1795335911, 7000000),
				 "2026-11-22 08:25:11,007");
		set_zone("<+0530>-5:30");
		ck_assert_str_eq(put(strbuf_put_log_time, 1795335912, 70000000),
				 "2026-11-22 13:55:12,070");
	}
}
END_TEST

/* Amsterdam's time was 19 minutes and 32 seconds ahead. */
START_TEST(keeps_seconds_of_an_offset)
{
	set_zone("AMT-0:19:32");
	ck_assert_str_eq(put(strbuf_put_log_time, 1795335900, 0), "2026-11-22 08:44:32,000");
	ck_assert_str_eq(put(strbuf_put_log_time, 1795335959, 0), "2026-11-22 08:45:31,000");
}
END_TEST

START_TEST(knows_leap_years)
{
	set_zone("UTC");
	ck_assert_str_eq(put(strbuf_put_log_time, 951782400, 0), "2000-02-29 00:00:00,000");
	ck_assert_str_eq(put(strbuf_put_log_time, 951868800, 0), "2000-03-01 00:00:00,000");
	if (sizeof(time_t) < sizeof(int64_t))
		return; /* there is no 2100 */
	ck_assert_str_eq(put(strbuf_put_log_time, (time_t)INT64_C(4107542399), 0),
			 "2100-02-28 23:59:59,000");
	ck_assert_str_eq(put(strbuf_put_log_time, (time_t)INT64_C(4107542400), 0),
			 "2100-03-01 00:00:00,000");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("timestamp");
	TCase *tcase = suite_case(suite, "timestamp", NULL, NULL);

	tcase_add_test(tcase, is_utc_before_it_is_initialised);
	tcase_add_test(tcase, writes_the_three_forms);
	tcase_add_test(tcase, pads_days_with_a_blank);
	tcase_add_test(tcase, knows_offsets_west_and_of_half_hours);
	tcase_add_loop_test(tcase, agrees_with_libc, 0, sizeof(zones) / sizeof(*zones));
	tcase_add_loop_test(tcase, agrees_with_libc_in_any_year, 0, sizeof(zones) / sizeof(*zones));
	tcase_add_loop_test(tcase, goes_from_minute_to_minute, 0, sizeof(zones) / sizeof(*zones));
	tcase_add_test(tcase, forgets_the_zone_before);
	tcase_add_test(tcase, keeps_seconds_of_an_offset);
	tcase_add_test(tcase, knows_leap_years);
	return suite_run(suite);
}
