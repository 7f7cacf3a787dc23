/* SPDX-License-Identifier: MIT */
/* mplog ps: which processes it shows, in which order, and what it says where it can show none. */
#include "lib/child.h"
#include "lib/journald.h"
#include "lib/privileges.h"
#include "lib/shell.h"
#include "lib/suite.h"

#include <mplog.h>

#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

enum { WORKERS = 4 };

/* In the order in which they are started. */
static const char *const names[WORKERS] = { "worker-10", "worker-2", "worker-1", "helper" };
static pid_t pids[WORKERS];

static pid_t start_worker(const char *name)
{
	int ready[2];
	char byte;
	pid_t pid;

	ck_assert_int_eq(pipe(ready), 0);
	pid = mplog_fork(name);
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (mplog_info("here") != 0 || write(ready[1], "", 1) != 1)
			_exit(1);
		for (;;)
			(void)pause();
	}
	(void)close(ready[1]);
	ck_assert_int_eq(read(ready[0], &byte, 1), 1);
	(void)close(ready[0]);
	return pid;
}

static void set_up(void)
{
	journald_start();
	ck_assert_int_eq(setenv("MPLOG_CONF", "/dev/null", 1), 0);
	ck_assert_int_eq(mplog_open(shell_program("ps"), "main", 0), 0);
	ck_assert_int_eq(mplog_info("here"), 0);
	for (int i = 0; i < WORKERS; i++)
		pids[i] = start_worker(names[i]);
}

static void tear_down(void)
{
	for (int i = 0; i < WORKERS; i++) {
		(void)kill(pids[i], SIGKILL);
		child_killed(pids[i], SIGKILL);
	}
	mplog_close();
}

START_TEST(siblings_are_sorted)
{
	char *output =
		shell_expect(0, "mplog ps -t $PROGRAM --json | "
				"sed 's/.*\"process\":\"\\([^\"]*\\)\".*/\\1/' | tr '\\n' ' '");

	ck_assert_str_eq(output, "main helper worker-1 worker-2 worker-10 ");
	free(output);
}
END_TEST

START_TEST(of_a_pid)
{
	char *output = shell_expect(0, "mplog ps --json %ld | wc -l", (long)pids[1]);

	ck_assert_int_eq(atoi(output), 1);
	free(output);
	output = shell_expect(0, "mplog ps %ld", (long)pids[1]);
	ck_assert_ptr_nonnull(strstr(output, "worker-2"));
	ck_assert_ptr_null(strstr(output, "worker-10"));
	free(output);
}
END_TEST

static const char *const proc_is_gone[] = { "umount -l /proc", "mount -t tmpfs none /proc" };

START_TEST(without_proc)
{
	/* The leak sanitizer needs /proc itself. */
	char *output = shell_expect(1,
				    "export ASAN_OPTIONS=\"$ASAN_OPTIONS:detect_leaks=0\"; "
				    "unshare --mount sh -c '%s || exit 77; mplog ps' 2>&1",
				    proc_is_gone[_i]);

	ck_assert_ptr_nonnull(
		strstr(output, "mplog: ps: /proc is not mounted: no process can be seen\n"));
	free(output);
}
END_TEST

static pid_t end_worker(void (*end)(void))
{
	siginfo_t info;
	const pid_t pid = mplog_fork("ending");

	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		(void)mplog_info("here");
		end();
	}
	ck_assert_int_eq(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	return pid;
}

static void exit_with_7(void)
{
	exit(7);
}

static void exit_at_once(void)
{
	_exit(0);
}

static void be_killed(void)
{
	(void)kill(getpid(), SIGKILL);
}

static const struct {
	void (*end)(void);
	bool is_reaped;
	const char *says, *json;
} ends[] = {
	{ exit_with_7, true, "end: it exited with status 7\n", "\"exit_status\":7" },
	{ be_killed, true, "end: it was killed by signal 9, SIGKILL\n", "\"signal\":9" },
	{ exit_with_7, false, "end: by itself: its parent has not reported how\n", NULL },
	{ exit_at_once, false, "end: it was killed, called _exit(2), or executed another", NULL },
};

START_TEST(status_tells_how_it_ended)
{
	const pid_t pid = end_worker(ends[_i].end);
	char *output;

	if (ends[_i].is_reaped)
		ck_assert_int_eq(mplog_reap(pid, NULL), 0);
	(void)child_status(pid);
	output = shell_expect(0, "mplog status -t $PROGRAM ending");
	ck_assert_msg(strstr(output, ends[_i].says) != NULL, "%s", output);
	free(output);
	output = shell_expect(0, "mplog status --json -t $PROGRAM ending");
	ck_assert_msg(!ends[_i].json || strstr(output, ends[_i].json), "%s", output);
	free(output);
}
END_TEST

/* Of a user who may not write to the journal's socket. */
START_TEST(status_tells_what_is_forbidden)
{
	int ready[2];
	char byte, *output;
	pid_t pid;

	shell_run(0, "chmod 600 /run/systemd/journal/socket");
	ck_assert_int_eq(pipe(ready), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		mplog_close();
		if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || setresuid(65534, 65534, 65534) < 0 ||
		    mplog_open("ps-forbidden", "main", 0) < 0 || mplog_info("here") < 0 ||
		    write(ready[1], "", 1) != 1)
			_exit(1);
		for (;;)
			(void)pause();
	}
	(void)close(ready[1]);
	ck_assert_int_eq(read(ready[0], &byte, 1), 1);
	output = shell_expect(0, "mplog status -t ps-forbidden main");
	(void)kill(pid, SIGKILL);
	child_killed(pid, SIGKILL);
	shell_run(0, "chmod 666 /run/systemd/journal/socket");
	ck_assert_msg(strstr(output, "because the one before it failed: Permission denied\n") !=
			      NULL,
		      "%s", output);
	free(output);
}
END_TEST

START_TEST(a_command_like_no_other)
{
	char *output = shell_expect(2, "mplog qqqqqqqq 2>&1");

	ck_assert_str_eq(output, "mplog: there is no command \"qqqqqqqq\"\nMore: mplog help\n");
	free(output);
	output = shell_expect(2, "mplog satus 2>&1");
	ck_assert_ptr_nonnull(strstr(output, "\"satus\"; did you mean \"status\"?\n"));
	free(output);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("ps");
	TCase *tcase = suite_case(suite, "ps", set_up, tear_down);

	tcase_add_test(tcase, siblings_are_sorted);
	tcase_add_test(tcase, of_a_pid);
	/* A namespace's user cannot take away what was mounted before. */
	tcase_add_loop_test(tcase, without_proc, privileges_are_root_s() ? 0 : 1, 2);
	tcase_add_loop_test(tcase, status_tells_how_it_ended, 0, sizeof(ends) / sizeof(ends[0]));
	if (privileges_are_root_s())
		tcase_add_test(tcase, status_tells_what_is_forbidden);
	tcase_add_test(tcase, a_command_like_no_other);
	return suite_run(suite);
}
