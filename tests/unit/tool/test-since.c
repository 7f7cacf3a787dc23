/* SPDX-License-Identifier: MIT */
/* since: a moment as people write it. */

#include "tool/ui/since.h"

#include "lib/suite.h"

#include <check.h>
#include <errno.h>
#include <stdlib.h>

/* 2026-11-22 09:25:11 UTC */
#define NOW      ((time_t)1795339511)
#define MIDNIGHT (NOW - 9 * 3600 - 25 * 60 - 11)

static void setup(void)
{
	ck_assert_int_eq(setenv("TZ", "UTC", 1), 0);
	tzset();
}

static void check(const char *text, time_t expected)
{
	uint64_t us = 0;

	ck_assert_msg(since_parse(text, NOW, &us) == 0, "%s", text);
	ck_assert_msg(us == (uint64_t)expected * 1000000, "%s: %ju", text, (uintmax_t)us);
}

START_TEST(moments)
{
	check("now", NOW);
	check("today", MIDNIGHT);
	check("yesterday", MIDNIGHT - 86400);
	check("@12", 12);
	check("2026-11-22 09:25:11", NOW);
	check("2026-11-22T09:25:11", NOW);
	check("2026-11-22 09:25", NOW - 11);
	check("2026-11-21", MIDNIGHT - 86400);
	check("08:00", MIDNIGHT + 8 * 3600);
	check("08:00:01", MIDNIGHT + 8 * 3600 + 1);
}
END_TEST

static void check_us(const char *text, uint64_t since, uint64_t until)
{
	uint64_t us = 0;

	ck_assert_msg(since_parse(text, NOW, &us) == 0 && us == since, "%s: %ju", text,
		      (uintmax_t)us);
	ck_assert_msg(since_parse_until(text, NOW, &us) == 0 && us == until, "%s: %ju", text,
		      (uintmax_t)us);
}

/* As mplog writes them on a terminal, on standard error, and to syslog. */
START_TEST(stamps)
{
	const uint64_t now = (uint64_t)NOW * 1000000;

	check_us("2026-11-22 09:25:11,280", now + 280000, now + 280999);
	check_us("2026-11-22T09:25:11.280123+00:00", now + 280123, now + 280123);
	check_us("09:25:11,28", now + 280000, now + 289999);
	check_us("09:25:11.1234567", now + 123456, now + 123456);
	check_us("@12.5", 12500000, 12599999);
	check_us("09:25:11", now, now);
	check("2026-11-22 09:25:11 UTC", NOW);
	check("2026-11-22T09:25:11Z", NOW);
	check("2026-11-22T10:25:11+01:00", NOW);
	check("2026-11-22 05:55:11-0330", NOW);
	check("2026-11-22 10:25+01:00", NOW - 11);
}
END_TEST

/* The day of a time without a date is that of the zone. */
START_TEST(zones)
{
	ck_assert_int_eq(setenv("TZ", "XXX-20", 1), 0);
	tzset();
	check("05:25:11", NOW);
	check("09:25:11 UTC", NOW);
	check("05:25:11+20:00", NOW);
	check("2026-11-23 05:25:11", NOW);
}
END_TEST

START_TEST(spans)
{
	check("-10s", NOW - 10);
	check("1h30m ago", NOW - 5400);
	check("-1h30min", NOW - 5400);
	check("2 days ago", NOW - 2 * 86400);
	check("1week 1 day ago", NOW - 8 * 86400);
	check("1.5h ago", NOW - 5400);
	check("-90", NOW - 90);
}
END_TEST

START_TEST(nonsense)
{
	static const char *const texts[] = {
		"",
		"soon",
		"10",
		"10m",
		"-",
		"ago",
		"10 parsecs ago",
		"25:00",
		"09:25x",
		"@",
		"@12x",
		"@-1",
		"--1h",
		"2026-13-01",
		"-99999999999w",
		"09:25:11,",
		"09:25:11,x",
		"09:25,5",
		"09:25:11+1",
		"09:25:11+25:00",
		"09:25:11+01:0",
		"09:25:11 CET",
		"@12,",
		"@99999999999999999999",
		"99999-01-01",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		uint64_t us;

		ck_assert_msg(since_parse(texts[i], NOW, &us) == -EINVAL, "%s", texts[i]);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("since");
	TCase *tcase = suite_case(suite, "since", setup, NULL);

	tcase_add_test(tcase, moments);
	tcase_add_test(tcase, stamps);
	tcase_add_test(tcase, zones);
	tcase_add_test(tcase, spans);
	tcase_add_test(tcase, nonsense);
	return suite_run(suite);
}
