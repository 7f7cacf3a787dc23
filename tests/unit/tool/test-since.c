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
		"",       "soon", "10",   "10m", "-",    "ago",        "10 parsecs ago", "25:00",
		"09:25x", "@",    "@12x", "@-1", "--1h", "2026-13-01", "-99999999999w",
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
	TCase *tcase = suite_case(suite, "since", 0, setup, NULL);

	tcase_add_test(tcase, moments);
	tcase_add_test(tcase, spans);
	tcase_add_test(tcase, nonsense);
	return suite_run(suite);
}
