/* SPDX-License-Identifier: MIT */
/* mplog_reap and mplog_close report children that died: how, and with which figures. */
#include "lib/child.h"
#include "lib/faults.h"
#include "lib/journald.h"
#include "lib/suite.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char child_id[] = "MESSAGE_ID=9258b8862001475eabd44b7f4049e9cf";

enum { RECORDS = 7 };

static void open_as(const char *name, unsigned flags)
{
	faults_configure("defaults = { prefix = \"\"; };");
	faults_stderr_file();
	ck_assert_int_eq(mplog_open("reap", name, flags), 0);
}

/* ---- Children ------------------------------------------------------------------------------ */

static void log_some(void *name)
{
	for (unsigned i = 1; i <= RECORDS; i++)
		ck_assert_int_eq(faults_log(name, i), 0);
}

static void exit_by_itself(void *name)
{
	log_some(name);
	exit(EXIT_SUCCESS);
}

static void exit_at_once(void *name)
{
	log_some(name);
	_exit(EXIT_SUCCESS);
}

static void exit_with_three(void *name)
{
	log_some(name);
	_exit(3);
}

static void be_killed(void *name)
{
	log_some(name);
	(void)raise(SIGKILL);
}

static void be_ended(void *name)
{
	log_some(name);
	(void)raise(SIGUSR1);
}

static void close_and_exit(void *name)
{
	log_some(name);
	mplog_close();
}

static const struct {
	const char *name;
	void (*function)(void *);
	const char *code, *status, *priority;
	int exit_status; /* or minus the signal */
} ends[] = {
	{ "exits", exit_by_itself, "exited", "0", "6", 0 },
	{ "exits-at-once", exit_at_once, "exited", "0", "6", 0 },
	{ "exits-with-three", exit_with_three, "exited", "3", "4", 3 },
	{ "killed", be_killed, "killed", "9", "4", -SIGKILL },
	{ "ended", be_ended, "killed", "10", "4", -SIGUSR1 },
	{ "closes", close_and_exit, "exited", "0", "6", 0 },
};

enum { N_ENDS = sizeof(ends) / sizeof(ends[0]) };

static pid_t start(int i)
{
	return faults_mplog_fork(ends[i].name, ends[i].function, (void *)(uintptr_t)ends[i].name);
}

static void wait_for(pid_t pid)
{
	siginfo_t info;

	ck_assert_int_eq(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
}

static void take_status(pid_t pid, int expected)
{
	if (expected < 0)
		child_killed(pid, -expected);
	else
		child_exited(pid, expected);
}

/* ---- What is reported ---------------------------------------------------------------------- */

static struct journal_entries reported_of(const char *by, const char *child)
{
	char process[80], match[80];

	(void)snprintf(process, sizeof(process), "PROCESS=%s", by);
	(void)snprintf(match, sizeof(match), "MPLOG_CHILD=%s", child);
	return journal_read(child_id, process, match, NULL);
}

static void has(const struct journal_entry *entry, const char *field, const char *value)
{
	const char *found = journal_value(entry, field);

	ck_assert_msg(found && strcmp(found, value) == 0, "%s is %s, not %s", field,
		      found ? found : "missing", value);
}

static void has_number(const struct journal_entry *entry, const char *field, unsigned long value)
{
	char digits[24];

	(void)snprintf(digits, sizeof(digits), "%lu", value);
	has(entry, field, digits);
}

static void check_figures(const struct mplog_stats *stats, pid_t pid)
{
	faults_add_up(stats);
	ck_assert_uint_eq(stats->called, RECORDS);
	ck_assert_uint_eq(stats->sent, RECORDS);
	ck_assert_int_eq(stats->pid, pid);
	ck_assert_int_eq(stats->level, MPLOG_INFO);
}

static void check_reported(const char *by, int i, pid_t pid, bool status_known)
{
	struct journal_entries entries = reported_of(by, ends[i].name);
	const struct journal_entry *entry = entries.entries;

	ck_assert_uint_eq(entries.n, 1);
	has_number(entry, "MPLOG_CHILD_PID", (unsigned long)pid);
	has_number(entry, "MPLOG_CALLED", RECORDS);
	has_number(entry, "MPLOG_SENT", RECORDS);
	has_number(entry, "MPLOG_DIVERTED", 0);
	has_number(entry, "MPLOG_LOST", 0);
	has_number(entry, "MPLOG_SUPPRESSED", 0);
	has(entry, "MPLOG_EXIT_CODE", status_known ? ends[i].code : "unknown");
	if (status_known) {
		has(entry, "MPLOG_EXIT_STATUS", ends[i].status);
		has(entry, "PRIORITY", ends[i].priority);
	}
	ck_assert_ptr_null(journal_value(entry, "PROCESS_SEQ"));
	journal_entries_free(&entries);
}

START_TEST(before_waitpid)
{
	struct mplog_stats stats = { .size = sizeof(stats) };
	pid_t pid;

	open_as("before", 0);
	pid = start(_i);
	wait_for(pid);
	ck_assert_int_eq(mplog_reap(pid, &stats), 0);
	check_figures(&stats, pid);
	take_status(pid, ends[_i].exit_status); /* it was left */
	check_reported("before", _i, pid, true);
	ck_assert_int_eq(mplog_reap(pid, &stats), -ESRCH);
	mplog_close();
	check_reported("before", _i, pid, true);
}
END_TEST

START_TEST(after_waitpid)
{
	struct mplog_stats stats = { .size = sizeof(stats) };
	pid_t pid;

	open_as("after", 0);
	pid = start(_i);
	take_status(pid, ends[_i].exit_status);
	ck_assert_int_eq(mplog_reap(pid, &stats), 0);
	check_figures(&stats, pid);
	check_reported("after", _i, pid, false);
	/* None of the parent's own figures is changed by it. */
	ck_assert_uint_eq(faults_stats().called, 0);
}
END_TEST

START_TEST(with_its_status)
{
	struct mplog_stats stats = { .size = sizeof(stats) };
	pid_t pid;
	int status;

	open_as("with", 0);
	pid = start(_i);
	status = child_status(pid);
	ck_assert_int_eq(mplog_reaped(pid, 0x7f | SIGSTOP << 8, &stats), -EINVAL);
	ck_assert_int_eq(mplog_reaped(pid, status, &stats), 0);
	check_figures(&stats, pid);
	check_reported("with", _i, pid, true);
	ck_assert_int_eq(mplog_reaped(pid, status, &stats), -ESRCH);
	ck_assert_int_eq(mplog_reaped(getpid(), status, NULL), -ESRCH);
	stats.size = 1;
	ck_assert_int_eq(mplog_reaped(pid, status, &stats), -EINVAL);
	mplog_close();
	check_reported("with", _i, pid, true);
}
END_TEST

START_TEST(at_close)
{
	pid_t pid[N_ENDS];

	open_as("close", 0);
	for (int i = 0; i < N_ENDS; i++)
		pid[i] = start(i);
	for (int i = 0; i < N_ENDS; i++) {
		if (i % 2)
			take_status(pid[i], ends[i].exit_status);
		else
			wait_for(pid[i]);
	}
	mplog_close();
	for (int i = 0; i < N_ENDS; i++)
		check_reported("close", i, pid[i], i % 2 == 0);
	for (int i = 0; i < N_ENDS; i += 2)
		take_status(pid[i], ends[i].exit_status);
}
END_TEST

START_TEST(without_figures)
{
	pid_t pid;

	open_as("null", 0);
	pid = start(0);
	wait_for(pid);
	ck_assert_int_eq(mplog_reap(pid, NULL), 0);
	take_status(pid, 0);
	check_reported("null", 0, pid, true);
}
END_TEST

/* ---- Who cannot be reaped ------------------------------------------------------------------ */

struct door {
	atomic_uint ready, open;
};

static void wait_at_door(void *argument)
{
	struct door *door = argument;

	ck_assert_int_eq(faults_log("waiting", 1), 0);
	atomic_store(&door->ready, 1);
	faults_wait_for(&door->open, 1);
}

START_TEST(a_running_child)
{
	struct mplog_stats stats = { .size = sizeof(stats), .called = 99 };
	struct door *door = faults_share(sizeof(*door));
	pid_t pid;

	open_as("busy", 0);
	pid = faults_mplog_fork("waiting", wait_at_door, door);
	faults_wait_for(&door->ready, 1);
	ck_assert_int_eq(mplog_reap(pid, &stats), -EBUSY);
	ck_assert_uint_eq(stats.called, 99);
	atomic_store(&door->open, 1);
	wait_for(pid);
	ck_assert_int_eq(mplog_reap(pid, &stats), 0);
	ck_assert_uint_eq(stats.called, 1);
	child_exited_well(pid);
}
END_TEST

static void be_silent(void *unused)
{
}

START_TEST(an_unknown_child)
{
	struct mplog_stats stats = { .size = sizeof(stats) };
	pid_t pid;

	open_as("unknown", 0);
	/* It never logged: it is on no board. */
	pid = faults_fork(be_silent, NULL);
	child_exited_well(pid);
	ck_assert_int_eq(mplog_reap(pid, &stats), -ESRCH);
	ck_assert_int_eq(mplog_reap(getpid(), &stats), -ESRCH);
	ck_assert_int_eq(mplog_reap(1, &stats), -ESRCH);
	ck_assert_int_eq(mplog_reap(0, &stats), -ESRCH);
	ck_assert_int_eq(mplog_reap(-1, &stats), -ESRCH);
}
END_TEST

START_TEST(without_a_shared_board)
{
	struct mplog_stats stats = { .size = sizeof(stats) };
	pid_t pid;

	open_as("private", MPLOG_PRIVATE);
	pid = start(0);
	wait_for(pid);
	ck_assert_int_eq(mplog_reap(pid, &stats), -ESRCH);
	take_status(pid, 0);
	mplog_close();
	ck_assert_uint_eq(reported_of("private", ends[0].name).n, 0);
	ck_assert_uint_eq(faults_entries_of("private", NULL, 0), 0);
}
END_TEST

START_TEST(before_and_after_a_program_is_open)
{
	struct mplog_stats stats = { .size = sizeof(stats) };

	ck_assert_int_eq(mplog_reap(getppid(), &stats), -ESRCH);
	open_as("over", 0);
	mplog_close();
	ck_assert_int_eq(mplog_reap(getppid(), &stats), -ESRCH);
}
END_TEST

/* A parent whose level is none says nothing, but knows. */
START_TEST(no_figures_wanted)
{
	struct mplog_stats stats = { .size = sizeof(stats) };
	pid_t pid;

	open_as("quiet", 0);
	pid = start(3);
	wait_for(pid);
	ck_assert_int_eq(mplog_set_level(MPLOG_NONE), 0);
	ck_assert_int_eq(mplog_reap(pid, &stats), 0);
	check_figures(&stats, pid);
	ck_assert_uint_eq(reported_of("quiet", ends[3].name).n, 0);
	take_status(pid, ends[3].exit_status);
}
END_TEST

/* ---- Figures that do not stand for what was sent ------------------------------------------- */

static void lose_some(void *name)
{
	for (unsigned i = 0; i < 100; i++)
		(void)faults_log(name, i);
	(void)raise(SIGKILL);
}

START_TEST(what_a_killed_child_lost)
{
	struct mplog_stats stats = { .size = sizeof(stats) };
	struct journal_entries entries;
	pid_t pid;

	faults_configure("defaults = { timeout_ms = 0; };");
	ck_assert_int_eq(close(STDERR_FILENO), 0);
	ck_assert_int_eq(mplog_open("reap", "loss", 0), 0);
	journald_stop();
	pid = faults_mplog_fork("loser", lose_some, (char[]){ "loser" });
	wait_for(pid);
	journald_cont();
	journald_sync();
	ck_assert_int_eq(mplog_reap(pid, &stats), 0);
	child_killed(pid, SIGKILL);
	faults_add_up(&stats);
	ck_assert_uint_eq(stats.called, 100);
	ck_assert_uint_gt(stats.lost, 0);
	ck_assert_uint_eq(stats.sent, faults_entries_of("loser", NULL, 0));
	entries = reported_of("loss", "loser");
	ck_assert_uint_eq(entries.n, 1);
	has_number(entries.entries, "MPLOG_LOST", stats.lost);
	has_number(entries.entries, "MPLOG_SENT", stats.sent);
	journal_entries_free(&entries);
}
END_TEST

/* Lost records are reported even where the child ends as it should. */
static void lose_and_exit(void *name)
{
	for (unsigned i = 0; i < 100; i++)
		(void)faults_log(name, i);
}

START_TEST(what_a_child_lost_is_worth_a_warning)
{
	struct journal_entries entries;
	pid_t pid;

	faults_configure("defaults = { timeout_ms = 0; level = \"warning\"; };\n"
			 "processes = ({ name = \"careless\"; level = \"info\"; });");
	ck_assert_int_eq(close(STDERR_FILENO), 0);
	ck_assert_int_eq(mplog_open("reap", "warned", 0), 0);
	journald_stop();
	pid = faults_mplog_fork("careless", lose_and_exit, (char[]){ "careless" });
	wait_for(pid);
	journald_cont();
	journald_sync();
	ck_assert_int_eq(mplog_reap(pid, NULL), 0);
	child_exited_well(pid);
	entries = reported_of("warned", "careless");
	ck_assert_uint_eq(entries.n, 1);
	has(entries.entries, "PRIORITY", "4");
	journal_entries_free(&entries);
}
END_TEST

/* ---- Sizes --------------------------------------------------------------------------------- */

START_TEST(sizes_of_the_figures)
{
	struct {
		struct mplog_stats stats;
		unsigned char beyond[64];
	} larger = { .stats = { .size = sizeof(larger) } };
	struct mplog_stats stats = { .size = sizeof(stats) - 1, .called = 99 };
	pid_t pid;

	memset(larger.beyond, 0xaa, sizeof(larger.beyond));
	open_as("sizes", 0);
	pid = start(0);
	wait_for(pid);
	ck_assert_int_eq(mplog_reap(pid, &stats), -EINVAL);
	ck_assert_int_eq(mplog_get_stats(&stats), -EINVAL);
	stats.size = 0;
	ck_assert_int_eq(mplog_reap(pid, &stats), -EINVAL);
	ck_assert_int_eq(mplog_get_stats(NULL), -EINVAL);
	ck_assert_uint_eq(stats.called, 99);
	/* A program that is newer than the library: what it does not know stays as it is. */
	ck_assert_int_eq(mplog_reap(pid, &larger.stats), 0);
	check_figures(&larger.stats, pid);
	ck_assert_uint_eq(larger.stats.size, sizeof(larger));
	for (size_t i = 0; i < sizeof(larger.beyond); i++)
		ck_assert_uint_eq(larger.beyond[i], 0xaa);
	take_status(pid, 0);
}
END_TEST

static void end(void)
{
	journald_cont();
}

int main(void)
{
	Suite *suite = suite_create("reap");
	TCase *tcase = suite_case(suite, "reap", journald_start, end);

	tcase_add_loop_test(tcase, before_waitpid, 0, N_ENDS);
	tcase_add_loop_test(tcase, after_waitpid, 0, N_ENDS);
	tcase_add_loop_test(tcase, with_its_status, 0, N_ENDS);
	tcase_add_test(tcase, at_close);
	tcase_add_test(tcase, without_figures);
	tcase_add_test(tcase, a_running_child);
	tcase_add_test(tcase, an_unknown_child);
	tcase_add_test(tcase, without_a_shared_board);
	tcase_add_test(tcase, before_and_after_a_program_is_open);
	tcase_add_test(tcase, no_figures_wanted);
	tcase_add_test(tcase, what_a_killed_child_lost);
	tcase_add_test(tcase, what_a_child_lost_is_worth_a_warning);
	tcase_add_test(tcase, sizes_of_the_figures);
	return suite_run(suite);
}
