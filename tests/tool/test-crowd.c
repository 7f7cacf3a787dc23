/* SPDX-License-Identifier: MIT */
/* mplog ps on many processes, in containers, and as an ordinary user. */
#include "board/board.h"
#include "lib/child.h"
#include "lib/line.h"
#include "lib/privileges.h"
#include "lib/shell.h"
#include "lib/suite.h"
#include "mplog.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* A sanitizer's shadow makes each process as dear as many. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { CROWD = 100, GENERATIONS = 2000 };
#else
enum { CROWD = 1000, GENERATIONS = 10000 };
#endif

enum { TRIES = 5 };

static const char *identifier;

static void setup(void)
{
	identifier = shell_program("crowd");
	/* Records go nowhere: this is about the board. */
	ck_assert_int_eq(setenv("MPLOG_CONF", "/dev/null", 1), 0);
	ck_assert_int_eq(setenv("MPLOG_SINK", "stderr", 1), 0);
	ck_assert_int_eq(dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), STDERR_FILENO),
			 STDERR_FILENO);
	ck_assert_int_eq(mplog_open(identifier, "main", 0), 0);
}

static void teardown(void)
{
	mplog_close();
}

static _Noreturn void be_there(const struct line *ready, const struct line *go)
{
	close(go->write); /* it does not outlive the test */
	mplog_info("there");
	line_tell_or_exit(ready);
	line_wait_or_exit(go);
	_exit(0);
}

/* Each child reports that it is there, and ends when the test says so. */
static void start_crowd(const struct line *go, pid_t *pid)
{
	const struct line ready = line_open();

	for (int i = 0; i < CROWD; i++) {
		char name[32];

		(void)snprintf(name, sizeof(name), "worker-%d", i);
		pid[i] = mplog_fork(name);
		if (pid[i] == 0)
			be_there(&ready, go);
	}
	for (int i = 0; i < CROWD; i++)
		line_wait(&ready);
	line_close(&ready);
}

/* Processor time: what else runs on the machine does not count. */
static int64_t used_by_children_ms(void)
{
	struct rusage usage;

	ck_assert_int_eq(getrusage(RUSAGE_CHILDREN, &usage), 0);
	return (int64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000 +
	       (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000;
}

START_TEST(a_thousand_within_a_second)
{
	static pid_t pid[CROWD];
	int64_t best_ms = INT64_MAX;
	const struct line go = line_open();

	start_crowd(&go, pid);
	for (int i = 0; i < TRIES && best_ms >= 1000; i++) {
		const int64_t before_ms = used_by_children_ms();
		char *output = shell_expect(0, "mplog ps -t $PROGRAM | grep -c worker-");

		if (used_by_children_ms() - before_ms < best_ms)
			best_ms = used_by_children_ms() - before_ms;
		ck_assert_int_eq(atoi(output), CROWD);
		free(output);
	}
	ck_assert_int_lt(best_ms, 1000);
	for (int i = 0; i < CROWD; i++)
		line_tell(&go);
	for (int i = 0; i < CROWD; i++)
		child_exited_well(pid[i]);
	line_close(&go);
}
END_TEST

START_TEST(ten_thousand_forks_leave_no_slot_behind)
{
	unsigned long counted = 0;
	char *output;

	for (int i = 0; i < GENERATIONS; i++) {
		const pid_t pid = mplog_fork("child");

		if (pid == 0) {
			mplog_info("once");
			_exit(0);
		}
		child_exited_well(pid);
	}
	ck_assert_uint_eq(atomic_load(&board_get()->slotless), 0);
	output = shell_expect(0, "mplog ps -t $PROGRAM");
	ck_assert_ptr_null(strstr(output, "child"));
	free(output);
	/* And none of the figures: those with a slot still, and the sum of the others. */
	output = shell_expect(0, "mplog ps --all --json -t $PROGRAM child | "
				 "sed -n 's/.*\"called\":\\([0-9]*\\).*/\\1/p'");
	for (const char *line = output; line && *line; line = strchr(line, '\n'), line += !!line)
		counted += strtoul(line, NULL, 10);
	ck_assert_uint_eq(counted, GENERATIONS);
	free(output);
}
END_TEST

/* ---- Containers and users ---------------------------------------------------------------------- */

/* A child that others can look at until the test ends it. */
static pid_t start_waiting(pid_t (*make)(void), const char *name, const struct line *go)
{
	const struct line ready = line_open();
	const pid_t pid = make();

	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		(void)mplog_enter(name);
		be_there(&ready, go);
	}
	line_wait(&ready);
	line_close(&ready);
	return pid;
}

static void stop_waiting(pid_t pid, const struct line *go)
{
	line_tell(go);
	child_exited_well(pid);
	line_close(go);
}

/* The namespace is for the grandchild alone. Its pid, as seen from here, comes over a pipe. */
static pid_t fork_into_pid_namespace(void)
{
	int report[2];
	pid_t pid, grandchild;

	ck_assert_int_eq(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	ck_assert_int_eq(pipe(report), 0);
	pid = fork();
	if (pid != 0) {
		ck_assert_int_eq(read(report[0], &grandchild, sizeof(grandchild)),
				 sizeof(grandchild));
		child_exited_well(pid);
		return grandchild;
	}
	grandchild = unshare(CLONE_NEWPID) < 0 ? -1 : fork();
	if (grandchild == 0)
		return 0;
	if (write(report[1], &grandchild, sizeof(grandchild)) != sizeof(grandchild))
		_exit(1);
	_exit(0);
}

START_TEST(pids_of_containers_are_translated)
{
	const struct line go = line_open();
	char expected[64], *output;
	pid_t pid;

	if (!privileges_are_root_s())
		return; /* a pid namespace of one's own needs it */
	pid = start_waiting(fork_into_pid_namespace, "contained", &go);
	/* To itself it is 1. */
	output = shell_expect(0, "mplog ps --json -t $PROGRAM contained");
	(void)snprintf(expected, sizeof(expected), "\"pid\":%ld,", (long)pid);
	ck_assert_msg(strstr(output, expected) != NULL, "no %s in %s", expected, output);
	free(output);
	stop_waiting(pid, &go);
}
END_TEST

/* What the kernel does not show them is counted, and reported on standard error. */
START_TEST(others_see_their_own)
{
	int status;
	char *output;

	if (!privileges_are_root_s())
		return;
	/* From a place where others may look for it. */
	output = shell(&status,
		       "d=$(mktemp -d) && chmod 755 $d && cp $top_builddir/mplog $d && "
		       "setpriv --reuid=%d --regid=%d --clear-groups $d/mplog ps -t $PROGRAM 2>&1; "
		       "r=$?; rm -r $d; exit $r",
		       NOBODY, NOBODY);
	ck_assert_int_eq(status, 0);
	ck_assert_ptr_null(strstr(output, "main"));
	ck_assert_ptr_nonnull(strstr(output, "mplog: no program crowd-"));
	ck_assert_ptr_nonnull(strstr(output, "root to be looked at"));
	free(output);
}
END_TEST

/* After closefrom(3) there is no descriptor to open the board by: the mapping is for root. */
START_TEST(without_a_descriptor_it_is_still_found)
{
	char *output;

	if (!privileges_are_root_s())
		return;
	mplog_info("there");
	(void)syscall(SYS_close_range, 3u, ~0u, 0u);
	output = shell_expect(0, "mplog ps -t $PROGRAM");
	ck_assert_ptr_nonnull(strstr(output, "main"));
	free(output);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("crowd");
	TCase *tcase = suite_case(suite, "crowd", setup, teardown);

	tcase_add_test(tcase, a_thousand_within_a_second);
	tcase_add_test(tcase, ten_thousand_forks_leave_no_slot_behind);
	tcase_add_test(tcase, pids_of_containers_are_translated);
	tcase_add_test(tcase, others_see_their_own);
	tcase_add_test(tcase, without_a_descriptor_it_is_still_found);
	return suite_run(suite);
}
