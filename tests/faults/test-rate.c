/* SPDX-License-Identifier: MIT */
/* rate_limit: what it lets pass, and that what it suppresses is reported, by any process that is left. */
#include "lib/child.h"
#include "lib/faults.h"
#include "lib/file.h"
#include "lib/journald.h"
#include "lib/suite.h"
#include "lib/threads.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char suppressed_id[] = "MESSAGE_ID=89a2c2aa62cb4691a9185b5418a684fa";

enum { BURST = 10, CALLS = 100 };

/* No token comes back while a test runs. */
static const char slow[] = "defaults = { timeout_ms = 60000; };\n"
			   "processes = ({ name = \"*\"; level = \"debug\"; prefix = \"\";\n"
			   "  rate_limit = { burst = 10; interval_ms = 600000; }; });\n";

static void open_as(const char *name, const char *conf)
{
	faults_configure(conf);
	faults_stderr_file();
	ck_assert_int_eq(mplog_open("rate", name, 0), 0);
}

static void log_calls(const char *name, unsigned passing)
{
	for (unsigned i = 1; i <= CALLS; i++)
		ck_assert_int_eq(faults_log(name, i), i <= passing ? 0 : 2);
}

static struct journal_entries notices_of(const char *name)
{
	char match[80];

	(void)snprintf(match, sizeof(match), "PROCESS=%s", name);
	return journal_read(match, suppressed_id, NULL);
}

/* One notice, of so many. */
static void check_suppressed(const char *name, unsigned suppressed)
{
	struct journal_entries notices = notices_of(name);

	ck_assert_uint_eq(notices.n, 1);
	ck_assert_uint_eq(journal_number(notices.entries, "MPLOG_SUPPRESSED"), suppressed);
	ck_assert_uint_gt(journal_number(notices.entries, "MPLOG_SINCE"), 1600000000000000);
	ck_assert_ptr_null(journal_value(notices.entries, "PROCESS_SEQ"));
	journal_entries_free(&notices);
}

/* ---- The bucket ---------------------------------------------------------------------------- */

START_TEST(so_many_pass)
{
	unsigned char seen[2 * CALLS + 1] = { 0 };
	struct mplog_stats stats;

	open_as("pass", slow);
	log_calls("pass", BURST);
	/* These always do, and take nothing from the others. */
	for (unsigned i = 0; i < CALLS; i++)
		ck_assert_int_eq(mplog(i % 4, "worse %u", i), 0);
	ck_assert_int_eq(mplog_warning("not this one"), 2);
	stats = faults_stats();
	ck_assert_uint_eq(stats.called, 2 * CALLS + 1);
	ck_assert_uint_eq(stats.sent, CALLS + BURST);
	ck_assert_uint_eq(stats.suppressed, CALLS - BURST + 1);
	/* The suppressed have no number: there is no gap. */
	ck_assert_uint_eq(faults_entries_of("pass", seen, sizeof(seen)), CALLS + BURST);
	for (unsigned i = 1; i <= CALLS + BURST; i++)
		ck_assert_int_eq(seen[i], 1);
}
END_TEST

START_TEST(each_name_has_its_own)
{
	open_as("own-0", slow);
	log_calls("own-0", BURST);
	ck_assert_int_eq(mplog_enter("own-1"), 0);
	log_calls("own-1", BURST);
	mplog_leave();
	ck_assert_int_eq(faults_log("own-0", 0), 2);
	ck_assert_uint_eq(faults_stats().suppressed, 2 * (CALLS - BURST) + 1);
}
END_TEST

START_TEST(without_a_limit_all_pass)
{
	open_as("unlimited", "defaults = { timeout_ms = 60000; };\n"
			     "processes = ({ name = \"*\"; rate_limit = { burst = 0; }; });");
	log_calls("unlimited", CALLS);
}
END_TEST

static bool passes(const void *name)
{
	return faults_log(name, 0) == 0;
}

/* While the burst goes on, a few pass; they are not each preceded by a notice. */
START_TEST(reported_after_the_burst)
{
	const double begin = faults_now();
	struct journal_entries notices;
	unsigned passed = 0;

	open_as("burst", "processes = ({ name = \"*\";\n"
			 "  rate_limit = { burst = 10; interval_ms = 300; }; });\n");
	while (faults_now() - begin < 2)
		passed += faults_log("burst", 1) == 0;
	ck_assert_uint_gt(passed, BURST);
	notices = notices_of("burst");
	ck_assert_uint_ge(notices.n, 1);
	ck_assert_uint_le((double)notices.n, (faults_now() - begin) / 0.3 + 1);
	journal_entries_free(&notices);
	ck_assert_double_le(passed, BURST + 1 + (faults_now() - begin) / 0.03);

	usleep(300000);
	faults_wait(passes, "burst");
	mplog_close();
	notices = notices_of("burst");
	ck_assert_uint_eq(journal_sum(&notices, "MPLOG_SUPPRESSED"), faults_stats().suppressed);
	journal_entries_free(&notices);
}
END_TEST

/* ---- Which process reports ----------------------------------------------------------------- */

START_TEST(reported_at_leave)
{
	open_as("main", slow);
	ck_assert_int_eq(mplog_enter("leave"), 0);
	log_calls("leave", BURST);
	ck_assert_uint_eq(notices_of("leave").n, 0);
	mplog_leave();
	check_suppressed("leave", CALLS - BURST);
	mplog_close();
	check_suppressed("leave", CALLS - BURST);
}
END_TEST

START_TEST(reported_at_close)
{
	open_as("close", slow);
	log_calls("close", BURST);
	mplog_close();
	check_suppressed("close", CALLS - BURST);
}
END_TEST

static void exit_in_a_scope(void *name)
{
	log_calls(name, BURST);
	ck_assert_int_eq(mplog_enter("exit-scope"), 0);
	log_calls("exit-scope", BURST);
	exit(EXIT_SUCCESS);
}

START_TEST(reported_at_exit)
{
	open_as("main", slow);
	child_exited_well(faults_mplog_fork("exit", exit_in_a_scope, (char[]){ "exit" }));
	check_suppressed("exit", CALLS - BURST);
	check_suppressed("exit-scope", CALLS - BURST);
	mplog_close();
	check_suppressed("exit", CALLS - BURST);
}
END_TEST

static void *log_in_thread(void *name)
{
	ck_assert_int_eq(mplog_enter(name), 0);
	log_calls(name, BURST);
	return NULL;
}

START_TEST(reported_when_a_thread_ends)
{
	char name[] = "thread";
	pthread_t thread;

	open_as("main", slow);
	thread = thread_start(log_in_thread, name);
	thread_join(thread);
	check_suppressed("thread", CALLS - BURST);
}
END_TEST

static void *log_for_ever(void *argument)
{
	log_in_thread((char[]){ "living" });
	atomic_store((atomic_uint *)argument, 1);
	(void)pause();
	return NULL;
}

static void exit_with_a_thread(void *argument)
{
	(void)thread_start(log_for_ever, argument);
	faults_wait_for(argument, 1);
	exit(EXIT_SUCCESS);
}

static void reported_by(const char *parent, const char *whose, pid_t pid, unsigned suppressed)
{
	struct journal_entries notices = notices_of(parent);
	size_t n = 0;

	for (size_t i = 0; i < notices.n; i++) {
		const char *child = journal_value(&notices.entries[i], "MPLOG_CHILD");

		if (!child || strcmp(child, whose) != 0)
			continue;
		ck_assert_uint_eq(journal_number(&notices.entries[i], "MPLOG_CHILD_PID"), pid);
		ck_assert_uint_eq(journal_number(&notices.entries[i], "MPLOG_SUPPRESSED"),
				  suppressed);
		n++;
	}
	ck_assert_uint_eq(n, 1);
	journal_entries_free(&notices);
}

START_TEST(reported_for_threads_that_live_at_exit)
{
	atomic_uint *ready = faults_share(sizeof(*ready));
	pid_t pid;

	open_as("main", slow);
	pid = faults_mplog_fork("threaded", exit_with_a_thread, ready);
	child_exited_well(pid);
	reported_by("threaded", "living", pid, CALLS - BURST);
}
END_TEST

static void die(void *name)
{
	log_calls(name, BURST);
	ck_assert_int_eq(mplog_enter("dead-scope"), 0);
	log_calls("dead-scope", BURST);
	(void)raise(SIGKILL);
}

START_TEST(reported_by_the_parent)
{
	const bool at_close = _i == 1;
	const char *name = at_close ? "parent-1" : "parent-0";
	struct mplog_stats stats = { .size = sizeof(stats) };
	siginfo_t info;
	pid_t pid;

	open_as(name, slow);
	pid = faults_mplog_fork("dead", die, (char[]){ "dead" });
	ck_assert_int_eq(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	if (at_close) {
		mplog_close();
	} else {
		ck_assert_int_eq(mplog_reap(pid, &stats), 0);
		faults_add_up(&stats);
		ck_assert_uint_eq(stats.suppressed, 2 * (CALLS - BURST));
	}
	child_killed(pid, SIGKILL);
	reported_by(name, "dead", pid, CALLS - BURST);
	reported_by(name, "dead-scope", pid, CALLS - BURST);
}
END_TEST

/* ---- Fair share ---------------------------------------------------------------------------- */

enum { QUIET = 3, QUIET_CALLS = 1000, NOISY_CALLS = 100000 };

struct share {
	atomic_uint done, leave;
	struct mplog_stats noisy;
};

static struct share *share;

/* Where journald looks: the hierarchy of cgroup v2, which may be mounted beside others. */
static const char *cgroup_root(void)
{
	return access("/sys/fs/cgroup/cgroup.procs", F_OK) == 0 ? "/sys/fs/cgroup"
								: "/sys/fs/cgroup/unified";
}

static const char *cgroup_of(const char *unit)
{
	static char path[256];

	(void)snprintf(path, sizeof(path), "%s/system.slice/%s", cgroup_root(), unit);
	return path;
}

/* False where this user must not: then it is in the unit of a session, if in any. */
static bool enter_unit(const char *unit)
{
	char path[512];
	FILE *file;
	bool ok;

	(void)snprintf(path, sizeof(path), "%s/system.slice", cgroup_root());
	(void)mkdir(path, 0755);
	(void)mkdir(cgroup_of(unit), 0755);
	(void)snprintf(path, sizeof(path), "%s/cgroup.procs", cgroup_of(unit));
	file = fopen(path, "we");
	if (!file)
		return false;
	ok = fprintf(file, "%d\n", (int)getpid()) > 0;
	return fclose(file) == 0 && ok;
}

/* The limit is of an hour, however slow a busy machine's journald is. */
static void limit_journald(bool limited)
{
	const char path[] = "/run/systemd/journald.conf.d/zzz-rate.conf";

	if (limited) {
		file_write(path, "[Journal]\nRateLimitIntervalSec=1h\nRateLimitBurst=10000\n");
	} else {
		(void)unlink(path);
	}
	journald_restart();
}

/* journald looks up the unit when it reads a record: the process lives until then. */
static void stay(void)
{
	atomic_fetch_add(&share->done, 1);
	faults_wait_for(&share->leave, 1);
}

static void be_noisy(void *name)
{
	for (unsigned i = 1; i <= NOISY_CALLS; i++)
		ck_assert_int_ge(faults_log(name, i), 0);
	share->noisy = faults_stats();
	stay();
}

static void be_quiet(void *name)
{
	for (unsigned i = 1; i <= QUIET_CALLS; i++)
		ck_assert_int_eq(faults_log(name, i), 0);
	stay();
}

static void run_all(const char *names[], unsigned n)
{
	pid_t pid[QUIET + 1];

	for (unsigned i = 0; i < n; i++)
		pid[i] = faults_mplog_fork(names[i], i ? be_quiet : be_noisy,
					   (void *)(uintptr_t)names[i]);
	faults_wait_for(&share->done, n);
	journald_sync();
	atomic_store(&share->leave, 1);
	for (unsigned i = 0; i < n; i++)
		child_exited_well(pid[i]);
}

static void be_unit(void *argument)
{
	const bool *fair = argument;
	const char *fair_names[] = { "noisy", "quiet-1", "quiet-2", "quiet-3" };
	const char *unfair_names[] = { "unfair" };
	const bool in_unit = enter_unit(*fair ? "mplog-fair.service" : "mplog-unfair.service");

	open_as("share", *fair ? "defaults = { timeout_ms = 60000; };\n"
				 "processes = ({ name = \"noisy\"; rate_limit = { burst = 100;"
				 " interval_ms = 1000; }; });"
			       : "");
	run_all(*fair ? fair_names : unfair_names, *fair ? QUIET + 1 : 1);
	mplog_close();
	/* Or the test would say nothing. */
	if (in_unit && !*fair)
		ck_assert_uint_lt(faults_entries_of("unfair", NULL, 0), NOISY_CALLS);
}

static void run_unit(bool fair)
{
	share = faults_share(sizeof(*share));
	child_exited_well(faults_fork(be_unit, &fair));
	(void)rmdir(cgroup_of(fair ? "mplog-fair.service" : "mplog-unfair.service"));
}

START_TEST(a_noisy_one_does_not_mute_the_quiet)
{
	struct journal_entries by_itself, by_parent;

	limit_journald(true);
	run_unit(false);
	/* A user's processes stay in one unit, whose share the first ones have used up: a journald that
	 * starts anew counts anew. */
	limit_journald(true);
	run_unit(true);
	for (int i = 1; i <= QUIET; i++) {
		char name[32];

		(void)snprintf(name, sizeof(name), "quiet-%d", i);
		ck_assert_uint_eq(faults_entries_of(name, NULL, 0), QUIET_CALLS);
	}
	ck_assert_uint_eq(share->noisy.called, NOISY_CALLS);
	ck_assert_uint_eq(share->noisy.sent, faults_entries_of("noisy", NULL, 0));
	ck_assert_uint_gt(share->noisy.suppressed, NOISY_CALLS / 2);
	by_itself = notices_of("noisy");
	by_parent = notices_of("share");
	ck_assert_uint_eq(journal_sum(&by_itself, "MPLOG_SUPPRESSED") +
				  journal_sum(&by_parent, "MPLOG_SUPPRESSED"),
			  share->noisy.suppressed);
	journal_entries_free(&by_itself);
	journal_entries_free(&by_parent);
	limit_journald(false);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("rate");
	TCase *tcase = suite_case(suite, "rate", journald_start, NULL);

	tcase_add_test(tcase, so_many_pass);
	tcase_add_test(tcase, each_name_has_its_own);
	tcase_add_test(tcase, without_a_limit_all_pass);
	tcase_add_test(tcase, reported_after_the_burst);
	tcase_add_test(tcase, reported_at_leave);
	tcase_add_test(tcase, reported_at_close);
	tcase_add_test(tcase, reported_at_exit);
	tcase_add_test(tcase, reported_when_a_thread_ends);
	tcase_add_test(tcase, reported_for_threads_that_live_at_exit);
	tcase_add_loop_test(tcase, reported_by_the_parent, 0, 2);
	tcase_add_test(tcase, a_noisy_one_does_not_mute_the_quiet);
	return suite_run(suite);
}
