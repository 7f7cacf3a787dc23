/* SPDX-License-Identifier: MIT */
/* A sealed process under its own seccomp filter: whatever it logs and whatever happens, it makes no
 * other system calls than the documented ones. */
#include "lib/faults.h"
#include "lib/journald.h"
#include "lib/require.h"
#include "lib/sanitizer.h"
#include "lib/suite.h"

#include <mplog.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

enum { LARGE = 3000, LARGER = 150000, TOO_LARGE = 400000, CALLS_MAX = 16, FULL = 2000 };

static char large[LARGE + 1], larger[LARGER + 1], too_large[TOO_LARGE + 1];

/* What the process itself needs, and what a record needs. */
static const long usual[] = {
	SYS_exit_group, SYS_clock_nanosleep, SYS_clock_gettime, SYS_sendto, SYS_write, 0,
};
static const long with_pipe[] = { SYS_rt_sigprocmask, SYS_rt_sigtimedwait, 0 };
static const long no_more[] = { 0 };

static size_t add_calls(struct sock_filter *filter, size_t n, const long *calls)
{
	for (; *calls; calls++) {
		filter[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
							   (uint32_t)*calls, 0, 1);
		filter[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	}
	return n;
}

/* Any other call kills the process. */
static void allow_alone(const long *more)
{
	struct sock_filter filter[2 * CALLS_MAX] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	};
	size_t n = add_calls(filter, add_calls(filter, 1, usual), more);
	struct sock_fprog program = { .filter = filter };

	filter[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
	program.len = (unsigned short)n;
	REQUIRE(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	REQUIRE(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0);
}

static void sleep_ms(long ms)
{
	const struct timespec duration = { ms / 1000, ms % 1000 * 1000000 };

	(void)clock_nanosleep(CLOCK_MONOTONIC, 0, &duration, NULL);
}

/* How far a test is: the child and its parent take turns. */
static atomic_uint *step;

static void wait_for_step(unsigned number)
{
	while (atomic_load(step) < number)
		sleep_ms(2);
}

static void setup(void)
{
	step = faults_share(sizeof(*step));
	memset(large, 'l', LARGE);
	memset(larger, 'L', LARGER);
	memset(too_large, 'T', TOO_LARGE);
	journald_start();
}

/* In the child. */
static void log_all_kinds(void)
{
	REQUIRE(mplog_info("one of %s", "many") == 0);
	REQUIRE(mplog_info("%5.2f %-8s|", 1.5, "x") == 0);
	REQUIRE(mplog_errno(MPLOG_ERR, ENOENT, "open %m") == 0);
	REQUIRE(mplog_event(MPLOG_INFO, MPLOG_FIELDS(MPLOG_F("A", 1.5), MPLOG_F("bad", 1)),
			    "event") == 0);
	REQUIRE(mplog_write(MPLOG_INFO, "written", 7) == 0);
	REQUIRE(mplog_info("large %s", large) == 0);
	REQUIRE(mplog_debug("not heard") == 0);
}

enum { N_KINDS = 6 };

static void seal_and_log(const long *more, int rounds)
{
	REQUIRE(mplog_seal() == 0);
	REQUIRE(mplog_seal() == 0);
	allow_alone(more);
	for (int i = 0; i < rounds; i++) {
		log_all_kinds();
		sleep_ms(450);
	}
}

static pid_t start(const char *name, const char *conf)
{
	require_setup();
	faults_configure(conf);
	ck_assert_int_eq(mplog_open("sealed", "main", 0), 0);
	return mplog_fork(name);
}

static void change_configuration(const char *text)
{
	const char *path = getenv("MPLOG_CONF");
	char next[128];
	FILE *file;

	(void)snprintf(next, sizeof(next), "%s.next", path);
	file = fopen(next, "we");
	ck_assert_ptr_nonnull(file);
	ck_assert_int_gt(fputs(text, file), 0);
	ck_assert_int_eq(fclose(file), 0);
	ck_assert_int_eq(rename(next, path), 0);
}

static size_t records_of(const char *name)
{
	char match[80];

	(void)snprintf(match, sizeof(match), "PROCESS=%s", name);
	return journal_count("SYSLOG_IDENTIFIER=sealed", match, NULL);
}

/* ---- The journal ----------------------------------------------------------------------------- */

/* Ticks, seconds and a changed file go by. */
START_TEST(to_the_journal)
{
	pid_t pid;

	(void)faults_stderr_file();
	pid = start("usual", "");
	if (pid == 0) {
		seal_and_log(no_more, 4);
		_exit(EXIT_SUCCESS);
	}
	sleep_ms(300);
	change_configuration("defaults = { level = \"none\"; };");
	require_exited_well(pid);
	ck_assert_uint_eq(records_of("usual"), (size_t)4 * N_KINDS);
}
END_TEST

START_TEST(large_records_are_cut)
{
	pid_t pid;

	(void)faults_stderr_file();
	pid = start("large", "");
	if (pid == 0) {
		REQUIRE(mplog_seal() == 0);
		allow_alone(no_more);
		REQUIRE(mplog_info("%s", larger) == 0);
		REQUIRE(mplog_info("%s", too_large) == -ENOMEM);
		REQUIRE(mplog_info("after") == 0);
		_exit(EXIT_SUCCESS);
	}
	require_exited_well(pid);
	/* And the notice of what was lost. */
	ck_assert_uint_eq(records_of("large"), 3);
}
END_TEST

/* Its datagrams fill the queue; each call ends within its deadline. */
START_TEST(to_a_stuck_journald)
{
	pid_t pid;

	(void)faults_stderr_file();
	pid = start("stuck", "defaults = { timeout_ms = 120; };");
	if (pid == 0) {
		int r = 0;

		REQUIRE(mplog_seal() == 0);
		allow_alone(no_more);
		wait_for_step(1);
		for (int i = 0; i < FULL && r == 0; i++)
			r = mplog_info("into a full queue");
		REQUIRE(r == 1); /* standard error takes it */
		for (int i = 0; i < 5; i++)
			REQUIRE(mplog_info("to the file") == 1);
		_exit(EXIT_SUCCESS);
	}
	journald_stop();
	atomic_store(step, 1);
	require_exited_well(pid);
	journald_cont();
}
END_TEST

START_TEST(to_a_dead_journald)
{
	const int file = faults_stderr_file();
	pid_t pid = start("dead", "");

	if (pid == 0) {
		REQUIRE(mplog_seal() == 0);
		allow_alone(no_more);
		wait_for_step(1);
		REQUIRE(mplog_info("nobody reads") == 1);
		REQUIRE(mplog_info("nobody reads") == 1);
		_exit(EXIT_SUCCESS);
	}
	journald_kill();
	atomic_store(step, 1);
	require_exited_well(pid);
	ck_assert_uint_eq(faults_lines(file, "process=dead", "nobody reads"), 2);
}
END_TEST

static bool is_sealed_child_ready(const void *name)
{
	return records_of(name) > 0;
}

/* What comes from outside. */
START_TEST(reloads_and_levels_from_outside)
{
	pid_t pid;

	(void)faults_stderr_file();
	pid = start("steered", "");
	if (pid == 0) {
		REQUIRE(mplog_seal() == 0);
		allow_alone(no_more);
		REQUIRE(mplog_info("ready") == 0);
		for (int i = 0; i < 40; i++) {
			REQUIRE(mplog_debug("debug") == 0);
			REQUIRE(mplog_info("info") == 0);
			sleep_ms(100);
		}
		_exit(EXIT_SUCCESS);
	}
	faults_wait(is_sealed_child_ready, "steered");
	ck_assert_int_eq(mplog_reload(), 0);
	ck_assert_int_eq(mplog_info("reloaded"), 0);
	require_exited_well(pid);
}
END_TEST

/* ---- Standard error -------------------------------------------------------------------------- */

START_TEST(to_a_file)
{
	const int file = faults_stderr_file();
	pid_t pid = start("file", "defaults = { sink = \"stderr\"; };");

	if (pid == 0) {
		seal_and_log(no_more, 3);
		_exit(EXIT_SUCCESS);
	}
	require_exited_well(pid);
	ck_assert_uint_eq(faults_lines(file, "process=file", ""), (size_t)3 * N_KINDS);
}
END_TEST

START_TEST(to_a_pipe)
{
	int ends[2];
	pid_t pid;

	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	faults_stderr(ends[1]);
	pid = start("pipe", "defaults = { sink = \"stderr\"; timeout_ms = 50; };"
			    " stderr = { format = \"json\"; };");
	if (pid == 0) {
		int r = 0;

		seal_and_log(with_pipe, 2);
		for (int i = 0; i < FULL && r == 0; i++)
			r = mplog_info("into a full pipe");
		REQUIRE(r == 1); /* the journal takes it */
		atomic_store(step, 1);
		wait_for_step(2);
		REQUIRE(mplog_info("without a reader") == 1);
		_exit(EXIT_SUCCESS);
	}
	faults_wait_for(step, 1);
	ck_assert_int_eq(close(ends[0]), 0);
	atomic_store(step, 2);
	require_exited_well(pid);
}
END_TEST

/* ---- Before and after ------------------------------------------------------------------------- */

START_TEST(a_child_begins_unsealed)
{
	pid_t pid;

	(void)faults_stderr_file();
	require_setup();
	faults_configure("");
	ck_assert_int_eq(mplog_seal(), 0);
	ck_assert_int_eq(mplog_open("sealed", "main", 0), 0);
	ck_assert_int_eq(mplog_info("sealed before it was opened"), 0);
	ck_assert_int_eq(mplog_seal(), 0);
	pid = mplog_fork("child");
	if (pid == 0) {
		change_configuration("defaults = { level = \"err\"; };");
		REQUIRE(mplog_reload() == 0);
		REQUIRE(mplog_level() == MPLOG_ERR);
		REQUIRE(mplog_err("%s", too_large) == 0);
		_exit(EXIT_SUCCESS);
	}
	require_exited_well(pid);
	mplog_close();
	ck_assert_int_eq(mplog_info("closed"), 0);
	ck_assert_uint_eq(records_of("child"), 1);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("sealed");
	TCase *tcase = suite_case(suite, "sealed", setup, NULL);

	/* Sanitizers make calls of their own. */
	if (!UNDER_ASAN && !UNDER_TSAN) {
		tcase_add_test(tcase, to_the_journal);
		tcase_add_test(tcase, large_records_are_cut);
		tcase_add_test(tcase, to_a_stuck_journald);
		tcase_add_test(tcase, to_a_dead_journald);
		tcase_add_test(tcase, reloads_and_levels_from_outside);
		tcase_add_test(tcase, to_a_file);
		tcase_add_test(tcase, to_a_pipe);
	}
	tcase_add_test(tcase, a_child_begins_unsealed);
	return suite_run(suite);
}
