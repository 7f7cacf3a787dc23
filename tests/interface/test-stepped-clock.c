/* SPDX-License-Identifier: MIT */
/* The clock is stepped, as on a machine that starts in 1970 until it has heard of the time, and the
 * time zone changes: stamps are as localtime(3) says. The clocks of this program are this file's. */
#include "lib/capture.h"
#include "lib/interface.h"
#include "lib/shell.h"
#include "lib/suite.h"

#include <mplog.h>

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>

enum { STAMP_SIZE = sizeof("2026-07-02 14:30:00") - 1 };

/* ---- A clock to be stepped -------------------------------------------------------------------- */

static _Atomic time_t step;

/* In place of libc's, for the library too. */
__attribute__((visibility("default"))) int clock_gettime(clockid_t id, struct timespec *ret)
{
	const long r = syscall(SYS_clock_gettime, id, ret);

	if (r == 0 && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE))
		ret->tv_sec += atomic_load(&step);
	return (int)r;
}

__attribute__((visibility("default"))) time_t time(time_t *ret)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	if (ret)
		*ret = now.tv_sec;
	return now.tv_sec;
}

static void set_clock(time_t to)
{
	atomic_fetch_add(&step, to - time(NULL));
}

/* ---- What a record is stamped with ------------------------------------------------------------ */

static void format_local_time(char stamp[STAMP_SIZE + 1], time_t when)
{
	struct tm tm;

	ck_assert_ptr_nonnull(localtime_r(&when, &tm));
	ck_assert_uint_eq(strftime(stamp, STAMP_SIZE + 1, "%Y-%m-%d %H:%M:%S", &tm), STAMP_SIZE);
}

/* Seconds may pass while the record is made. */
static void expect_local_time(const char *what)
{
	const size_t lines = capture_lines();
	char expected[STAMP_SIZE + 1], *text;
	const char *line;
	bool is_right = false;
	time_t first, last;

	first = time(NULL);
	ck_assert_int_eq(mplog_notice("%s", what), 0);
	last = time(NULL);
	text = capture_text();
	line = text;
	for (size_t i = 0; i < lines; i++)
		line = strchr(line, '\n') + 1;
	for (time_t when = first; when <= last && !is_right; when++) {
		format_local_time(expected, when);
		is_right = strncmp(line, expected, STAMP_SIZE) == 0;
	}
	ck_assert_msg(is_right, "%s, TZ=%s: %.*s, not %s", what, getenv("TZ") ? getenv("TZ") : "",
		      STAMP_SIZE, line, expected);
	free(text);
}

static void expect_in_child(const char *what)
{
	const pid_t pid = fork();

	if (pid == 0) {
		expect_local_time(what);
		_exit(EXIT_SUCCESS);
	}
	child_exited_well(pid);
}

/* ---- Steps ------------------------------------------------------------------------------------ */

static const char *const zones[] = {
	"EST5EDT,M3.2.0,M11.1.0",
	"NST3:30NDT,M3.2.0,M11.1.0",
	"<-03>3",
	"CET-1CEST,M3.5.0,M10.5.0/3",
	"IST-5:30",
	"UTC0",
	"NZST-12NZDT,M9.5.0,M4.1.0/3",
	"<+1245>-12:45<+1345>,M9.5.0/2:45,M4.1.0/3:45",
};

enum {
	BEGINNING = 10, /* not yet 1970 west of Greenwich */
	FIRST_DAYS = 864000,
	WINTER = 1768478400,        /* 2026-01-15 12:00 UTC */
	SUMMER = 1783000000,        /* 2026-07-02 */
	BEFORE_SUMMER = 1772953195, /* five seconds before New York's of 2026 */
	FAR = 2145916800,           /* 2038-01-01 */
};

static const struct {
	time_t from, to;
} steps[] = {
	{ FIRST_DAYS, SUMMER },    { BEGINNING, SUMMER }, { BEGINNING, WINTER },
	{ WINTER, SUMMER },        { SUMMER, WINTER },    { SUMMER, BEGINNING },
	{ WINTER, BEGINNING },     { BEGINNING, FAR },    { BEFORE_SUMMER, BEFORE_SUMMER + 10 },
	{ SUMMER, SUMMER - 7200 },
};

enum {
	N_ZONES = sizeof(zones) / sizeof(zones[0]),
	N_STEPS = sizeof(steps) / sizeof(steps[0]),
};

START_TEST(a_step)
{
	const char *const zone = zones[_i / N_STEPS];

	interface_setup();
	ck_assert_int_eq(setenv("TZ", zone, 1), 0);
	tzset();
	set_clock(steps[_i % N_STEPS].from);
	ck_assert_int_eq(mplog_open("stepped", "main", 0), 0);
	expect_local_time("at open");
	set_clock(steps[_i % N_STEPS].to);
	expect_local_time("after the step");
	expect_in_child("in a child after the step");
	ck_assert_int_eq(mplog_reload(), 0);
	expect_local_time("after a reload");
	/* It goes on: a stamp that stands still would be right for one record. */
	set_clock(time(NULL) + 3601);
	expect_local_time("an hour later");
	set_clock(time(NULL) + 86400);
	expect_local_time("a day later");
	mplog_close();
}
END_TEST

/* ---- Zones ------------------------------------------------------------------------------------ */

/* As timedatectl set-timezone does it, in the test's private /etc. */
static void set_zone(const char *zone)
{
	free(shell_expect(0,
			  "ln -sfn /run/mplog-test/zones/%s /etc/localtime.new && "
			  "mv -T /etc/localtime.new /etc/localtime",
			  zone));
}

START_TEST(another_zone)
{
	interface_setup();
	ck_assert_int_eq(unsetenv("TZ"), 0);
	free(shell_expect(0, "test -d /run/etc || { cp -a /etc/. /run/etc 2>/dev/null; "
			     "mkdir -p /run/etc; mount --bind /run/etc /etc; }; "
			     "printf 'Zone East 3:00 - EEE\\nZone West -8:00 - WWW\\n' | "
			     "PATH=$PATH:/usr/sbin zic -d /run/mplog-test/zones -"));
	set_zone("East");
	ck_assert_int_eq(mplog_open("zones", "main", 0), 0);
	tzset();
	expect_local_time("at open");
	set_zone("West");
	ck_assert_int_eq(mplog_reload(), 0);
	tzset();
	expect_local_time("after a reload");
	expect_in_child("in a child after a reload");
	mplog_close();
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("stepped-clock");
	TCase *tcase = suite_case(suite, "stepped-clock", NULL, NULL);

	tcase_add_loop_test(tcase, a_step, 0, N_ZONES * N_STEPS);
	tcase_add_test(tcase, another_zone);
	return suite_run(suite);
}
