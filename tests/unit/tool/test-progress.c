/* SPDX-License-Identifier: MIT */
/* progress: when the line is shown, what it says, and that it is taken away. */
#include "tool/ui/progress.h"

#include "lib/suite.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define AT_US UINT64_C(1795339511280000)

static int master, saved;

static void set_columns(unsigned short columns)
{
	const struct winsize size = { .ws_row = 24, .ws_col = columns };

	ck_assert_int_eq(ioctl(master, TIOCSWINSZ, &size), 0);
}

static void set_up(void)
{
	int slave;

	ck_assert_int_eq(setenv("TZ", "UTC", 1), 0);
	ck_assert_int_eq(setenv("TERM", "xterm", 1), 0);
	master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	ck_assert_int_ge(master, 0);
	ck_assert_int_eq(grantpt(master), 0);
	ck_assert_int_eq(unlockpt(master), 0);
	slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
	ck_assert_int_ge(slave, 0);
	saved = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	ck_assert_int_ge(saved, 0);
	ck_assert_int_eq(dup2(slave, STDERR_FILENO), STDERR_FILENO);
	ck_assert_int_eq(close(slave), 0);
	ck_assert_int_eq(fcntl(master, F_SETFL, O_NONBLOCK), 0);
	set_columns(80);
}

static void tear_down(void)
{
	ck_assert_int_eq(dup2(saved, STDERR_FILENO), STDERR_FILENO);
	ck_assert_int_eq(close(saved), 0);
	ck_assert_int_eq(close(master), 0);
}

/* What was written to the terminal since the last call. */
static void expect(const char *expected)
{
	char text[512] = "";
	const ssize_t size = read(master, text, sizeof(text) - 1);

	text[size > 0 ? size : 0] = '\0';
	ck_assert_str_eq(text, expected);
}

START_TEST(the_first_second_is_quiet)
{
	const int64_t before = clock_coarse_ns();
	struct progress progress = progress_begin();

	ck_assert(progress.is_on);
	ck_assert_int_ge(progress.next_ns, before + NS_PER_S);
	progress.next_ns = INT64_MAX;
	ck_assert(!progress_is_due(&progress));
	progress_hide(&progress);
	expect("");
}
END_TEST

START_TEST(a_line_comes_and_goes)
{
	struct progress progress = progress_begin();
	int64_t before;

	progress.next_ns = 0;
	ck_assert(progress_is_due(&progress));
	before = clock_coarse_ns();
	progress_show(&progress, AT_US);
	expect("\r\033[Kmplog: reading the journal: 1 record, at 2026-11-22 09:25:11");
	ck_assert_int_gt(progress.next_ns, before);
	progress.next_ns = 0;
	progress.records = 1234566;
	ck_assert(progress_is_due(&progress));
	progress_show(&progress, AT_US);
	expect("\r\033[Kmplog: reading the journal: 1234567 records, at 2026-11-22 09:25:11");
	before = clock_coarse_ns();
	progress_hide(&progress);
	expect("\r\033[K");
	ck_assert_int_ge(progress.next_ns, before + NS_PER_S);
	progress_hide(&progress);
	expect("");
}
END_TEST

START_TEST(a_narrow_terminal)
{
	struct progress progress = progress_begin();

	set_columns(21);
	progress_show(&progress, AT_US);
	expect("\r\033[Kmplog: reading the j");
	set_columns(1);
	progress_show(&progress, AT_US);
	expect("\r\033[K");
}
END_TEST

static void expect_off(void)
{
	struct progress progress = progress_begin();

	progress.next_ns = 0;
	ck_assert(!progress_is_due(&progress));
	progress_hide(&progress);
	expect("");
}

START_TEST(a_terminal_that_cannot_erase)
{
	ck_assert_int_eq(setenv("TERM", "dumb", 1), 0);
	expect_off();
	ck_assert_int_eq(unsetenv("TERM"), 0);
	expect_off();
}
END_TEST

START_TEST(no_terminal)
{
	const int file = open("/dev/null", O_WRONLY | O_CLOEXEC);

	ck_assert_int_eq(dup2(file, STDERR_FILENO), STDERR_FILENO);
	ck_assert_int_eq(close(file), 0);
	expect_off();
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("progress");
	TCase *tcase = suite_case(suite, "progress", set_up, tear_down);

	tcase_add_test(tcase, the_first_second_is_quiet);
	tcase_add_test(tcase, a_line_comes_and_goes);
	tcase_add_test(tcase, a_narrow_terminal);
	tcase_add_test(tcase, a_terminal_that_cannot_erase);
	tcase_add_test(tcase, no_terminal);
	return suite_run(suite);
}
