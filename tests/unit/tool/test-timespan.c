/* SPDX-License-Identifier: MIT */
#include "tool/ui/timespan.h"

#include "lib/suite.h"

#include <errno.h>

static const struct {
	const char *text;
	uint64_t usec;
} accepted[] = {
	{ "2s", 2000000 },
	{ "2", 2000000 },
	{ "10m", 600000000 },
	{ "10min", 600000000 },
	{ "1h30min", 5400000000 },
	{ "1h 30min", 5400000000 },
	{ " 1 h 30 m ", 5400000000 },
	{ "500ms", 500000 },
	{ "1.5s", 1500000 },
	{ ".5s", 500000 },
	{ "1.s", 1000000 },
	{ "7us", 7 },
	{ "7\302\265s", 7 },
	{ "2d", 172800000000 },
	{ "1w", 604800000000 },
	{ "0", 0 },
};

static const char *const refused[] = {
	"",  " ",   "s",    "x",    "10x", "-1s", "1.2.3s", "1h30parsecs",
	".", "1e3", "0x10", "10m!", "\n",  "1 1", "1 1s",
};

static const char *const too_long[] = {
	"10001y",
	"99999999999999999999999s",
	"18446744073709551615us 1y",
	"9999y 9999y",
};

START_TEST(takes_what_systemd_takes)
{
	uint64_t usec = 99;

	ck_assert_int_eq(timespan_parse(accepted[_i].text, &usec), 0);
	ck_assert_uint_eq(usec, accepted[_i].usec);
}
END_TEST

START_TEST(refuses_and_leaves_the_result_alone)
{
	uint64_t usec = 99;

	ck_assert_int_eq(timespan_parse(refused[_i], &usec), -EINVAL);
	ck_assert_uint_eq(usec, 99);
}
END_TEST

START_TEST(never_wraps)
{
	uint64_t usec = 99;

	ck_assert_int_eq(timespan_parse(too_long[_i], &usec), -ERANGE);
	ck_assert_uint_eq(usec, 99);
}
END_TEST

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

int main(void)
{
	Suite *suite = suite_create("timespan");
	TCase *tcase = suite_case(suite, "timespan", NULL, NULL);

	tcase_add_loop_test(tcase, takes_what_systemd_takes, 0, COUNT(accepted));
	tcase_add_loop_test(tcase, refuses_and_leaves_the_result_alone, 0, COUNT(refused));
	tcase_add_loop_test(tcase, never_wraps, 0, COUNT(too_long));
	return suite_run(suite);
}
