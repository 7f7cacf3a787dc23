/* SPDX-License-Identifier: MIT */
/* What passes and what is counted: levels, statistics, the dead. */

#include "lib/child.h"
#include "lib/interface.h"
#include "lib/line.h"
#include "lib/suite.h"

#include <mplog.h>

#include <check.h>
#include <errno.h>
#include <signal.h>

/* ---- Levels --------------------------------------------------------------------------------- */

START_TEST(levels_that_are_none_are_refused)
{
	ck_assert_int_eq(mplog_open("program", "main", 0), 0);
	ck_assert_int_eq(mplog_set_level(8), -EINVAL);
	ck_assert_int_eq(mplog_set_level(-2), -EINVAL);
	ck_assert_int_eq(mplog_set_default_level(8), -EINVAL);
	ck_assert_int_eq(mplog_set_default_level(-2), -EINVAL);
	ck_assert_int_eq(mplog_level(), MPLOG_INFO);
	ck_assert_int_eq(mplog(MPLOG_NONE, "x"), -EINVAL);
	ck_assert_int_eq(mplog_emit(NULL, 200, 0, NULL, 0, "x"), -EINVAL);
	ck_assert_int_eq(mplog_emit(NULL, -1, 0, NULL, 0, "x"), -EINVAL);
	ck_assert_int_eq(mplog_write(200, "x", 1), -EINVAL);
	ck_assert_int_eq(mplog_write(-1, "x", 1), -EINVAL);
	ck_assert_uint_eq(capture_lines(), 0);
}
END_TEST

START_TEST(the_stronger_one_decides)
{
	setenv("MPLOG_LEVEL", "warning,other=debug", 1);
	ck_assert_int_eq(mplog_open("program", "main", 0), 0);
	ck_assert_int_eq(mplog_level(), MPLOG_WARNING);
	ck_assert_int_eq(mplog_set_default_level(MPLOG_DEBUG), 0);
	ck_assert_int_eq(mplog_level(), MPLOG_WARNING);
	ck_assert_int_eq(mplog_enter("other"), 0);
	ck_assert_int_eq(mplog_level(), MPLOG_DEBUG);
	ck_assert_int_eq(mplog_set_level(MPLOG_ALERT), 0);
	ck_assert_int_eq(mplog_level(), MPLOG_ALERT);
	mplog_leave();
	ck_assert_int_eq(mplog_level(), MPLOG_WARNING);
}
END_TEST

START_TEST(default_level_holds_where_none_is_configured)
{
	ck_assert_int_eq(mplog_open("program", "main", 0), 0);
	ck_assert_int_eq(mplog_set_default_level(MPLOG_DEBUG), 0);
	ck_assert_int_eq(mplog_level(), MPLOG_DEBUG);
	ck_assert_int_eq(mplog_enter("other"), 0);
	ck_assert_int_eq(mplog_level(), MPLOG_DEBUG);
	mplog_leave();
}
END_TEST

START_TEST(what_is_below_the_level_is_not_evaluated)
{
	int evaluated = 0;

	ck_assert_int_eq(mplog_open("program", "main", 0), 0);
	for (int level = MPLOG_NONE; level <= MPLOG_DEBUG; level++) {
		evaluated = 0;
		ck_assert_int_eq(mplog_set_level(level), 0);
		for (int i = MPLOG_EMERG; i <= MPLOG_DEBUG; i++) {
			ck_assert_int_eq(mplog_enabled(i), i <= level);
			ck_assert_int_eq(mplog(i, "%d", ++evaluated), 0);
		}
		ck_assert_int_eq(evaluated, level + 1);
	}
	ck_assert_uint_eq(capture_lines(), 36);
}
END_TEST

/* ---- Figures -------------------------------------------------------------------------------- */

static struct mplog_stats get_stats(void)
{
	struct mplog_stats stats = { .size = sizeof(stats) };

	ck_assert_int_eq(mplog_get_stats(&stats), 0);
	ck_assert_uint_eq(stats.called,
			  stats.sent + stats.diverted + stats.lost + stats.suppressed);
	return stats;
}

START_TEST(stats_size_is_looked_at)
{
	struct mplog_stats stats = { .size = 0 };

	ck_assert_int_eq(mplog_open("program", "main", 0), 0);
	ck_assert_int_eq(mplog_get_stats(NULL), -EINVAL);
	ck_assert_int_eq(mplog_get_stats(&stats), -EINVAL);
	stats.size = 1;
	ck_assert_int_eq(mplog_get_stats(&stats), -EINVAL);
	ck_assert_int_eq(mplog_reap(1, &stats), -EINVAL);
}
END_TEST

START_TEST(stats_count_what_passed)
{
	struct mplog_stats stats;

	ck_assert_int_eq(mplog_open("program", "main", 0), 0);
	ck_assert_uint_eq(get_stats().called, 0);
	mplog_info("one");
	mplog_debug("not counted");
	mplog_write(MPLOG_ERR, "two", 3);
	mplog_enter("scope");
	mplog_set_level(MPLOG_DEBUG);
	mplog_debug("three");
	stats = get_stats();
	ck_assert_uint_eq(stats.called, 3);
	ck_assert_uint_eq(stats.sent, 3);
	ck_assert_int_eq(stats.pid, getpid());
	ck_assert_int_eq(stats.level, MPLOG_INFO);
	mplog_leave();
	ck_assert_uint_eq(get_stats().called, 3);
}
END_TEST

START_TEST(a_child_counts_from_0)
{
	pid_t pid;

	ck_assert_int_eq(mplog_open("program", "main", 0), 0);
	mplog_info("one");
	pid = mplog_fork("child");
	if (pid == 0) {
		const struct mplog_stats stats = get_stats();

		_exit(stats.called != 0 || stats.pid != getpid());
	}
	child_exited_well(pid);
	ck_assert_uint_eq(get_stats().called, 1);
}
END_TEST

START_TEST(a_closed_standard_error_is_a_loss)
{
	ck_assert_int_eq(mplog_open("program", "main", 0), 0);
	close(STDERR_FILENO);
	ck_assert_int_eq(open("/dev/null", O_WRONLY), STDERR_FILENO);
	ck_assert_int_ne(mplog_info("to no sink"), 0);
	ck_assert_uint_eq(get_stats().sent, 0);
}
END_TEST

START_TEST(reap_reports_a_dead_child_once)
{
	struct mplog_stats stats = { .size = sizeof(stats) };
	const struct line there = line_open();
	siginfo_t info;
	pid_t pid;

	ck_assert_int_eq(mplog_open("program", "main", 0), 0);
	ck_assert_int_eq(mplog_reap(getppid(), &stats), -ESRCH);
	pid = mplog_fork("child");
	if (pid == 0) {
		mplog_info("one");
		mplog_info("two");
		line_tell_or_exit(&there);
		pause();
	}
	line_wait(&there);
	ck_assert_int_eq(mplog_reap(pid, &stats), -EBUSY);
	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	ck_assert_int_eq(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	ck_assert_int_eq(mplog_reap(pid, &stats), 0);
	ck_assert_uint_eq(stats.called, 2);
	ck_assert_uint_eq(stats.sent, 2);
	ck_assert_int_eq(stats.pid, pid);
	ck_assert_int_eq(mplog_reap(pid, NULL), -ESRCH);
	child_killed(pid, SIGKILL);
	ck_assert(capture_has("program ", "child"));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("figures");
	TCase *tcase = suite_case(suite, "figures", interface_setup, NULL);

	tcase_add_test(tcase, levels_that_are_none_are_refused);
	tcase_add_test(tcase, the_stronger_one_decides);
	tcase_add_test(tcase, default_level_holds_where_none_is_configured);
	tcase_add_test(tcase, what_is_below_the_level_is_not_evaluated);
	tcase_add_test(tcase, stats_size_is_looked_at);
	tcase_add_test(tcase, stats_count_what_passed);
	tcase_add_test(tcase, a_child_counts_from_0);
	tcase_add_test(tcase, a_closed_standard_error_is_a_loss);
	tcase_add_test(tcase, reap_reports_a_dead_child_once);
	return suite_run(suite);
}
