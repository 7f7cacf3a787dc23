/* SPDX-License-Identifier: MIT */
/* journald under SIGSTOP: each process waits once at most, every loss is reported.
 * MPLOG_TEST_CALLS: how many each of them makes meanwhile (10,000). */
#include "lib/child.h"
#include "lib/faults.h"
#include "lib/journald.h"
#include "lib/suite.h"
#include "lib/threads.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

enum {
	CALLERS = 4,
	CALLS = 10000,
	AFTERWARDS = 10,
	/* A call that waits for its deadline takes a second: a hundred of them would not fit. */
	SECONDS_MAX = 60,
};

enum stderr_kind { TO_FILE, TO_PIPE, TO_NULL, TO_STREAM, TO_NAMED_STREAM, TO_COUNT };

struct caller {
	char name[32];
	struct mplog_stats stuck, end; /* before the first call that was sent again; in the end */
	double seconds, first_miss, slowest, second;
	unsigned calls; /* until then */
	unsigned afterwards;
};

struct scene {
	atomic_uint ready, go, done, again;
	struct caller caller[CALLERS];
};

static struct scene *scene;
static int reader = -1; /* of what was written to standard error */

/* ---- Standard error ------------------------------------------------------------------------ */

static void to_pipe(void)
{
	int ends[2];

	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	faults_stderr(ends[1]);
	reader = ends[0];
}

static void to_stream(bool named)
{
	char name[64];
	struct stat st;

	faults_stderr(sd_journal_stream_fd("stream", LOG_INFO, 0));
	ck_assert_int_eq(fstat(STDERR_FILENO, &st), 0);
	(void)snprintf(name, sizeof(name), "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
	if (named)
		ck_assert_int_eq(setenv("JOURNAL_STREAM", name, 1), 0);
}

static void set_stderr(enum stderr_kind kind)
{
	switch (kind) {
	case TO_FILE:
		reader = faults_stderr_file();
		break;
	case TO_PIPE:
		to_pipe();
		break;
	case TO_NULL:
		faults_stderr(open("/dev/null", O_WRONLY | O_CLOEXEC));
		break;
	default:
		to_stream(kind == TO_NAMED_STREAM);
		break;
	}
}

/* A pipe is emptied into a file, to be read as the other kinds are. */
static void drain_pipe(void)
{
	char buffer[65536];
	const int file = open("/run/mplog-test", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	ssize_t n;

	ck_assert_int_ge(file, 0);
	ck_assert_int_eq(fcntl(reader, F_SETFL, O_NONBLOCK), 0);
	while ((n = read(reader, buffer, sizeof(buffer))) > 0)
		ck_assert_int_eq(write(file, buffer, (size_t)n), n);
	ck_assert_int_eq(close(reader), 0);
	reader = file;
}

/* ---- Callers ------------------------------------------------------------------------------- */

static void make_calls(struct caller *caller)
{
	const double begin = faults_now();

	for (unsigned i = 1; i <= caller->calls; i++) {
		const double before = faults_now();
		const int r = faults_log(caller->name, i);
		const double took = faults_now() - before;

		if (r != 0 && caller->first_miss == 0)
			caller->first_miss = took;
		if (took > caller->slowest) {
			caller->second = caller->slowest;
			caller->slowest = took;
		} else if (took > caller->second) {
			caller->second = took;
		}
	}
	caller->seconds = faults_now() - begin;
}

/* The others may fill the queue anew, and then a call does not wait: until one is sent. */
static bool sends_again(const void *argument)
{
	struct caller *caller = (struct caller *)(uintptr_t)argument;

	caller->stuck = faults_stats();
	if (faults_log(caller->name, caller->calls + 1) == 0)
		return true;
	caller->calls++;
	return false;
}

static void be_caller(void *argument)
{
	struct caller *caller = argument;

	ck_assert_int_eq(faults_log(caller->name, 0), 0);
	atomic_fetch_add(&scene->ready, 1);
	faults_wait_for(&scene->go, 1);
	make_calls(caller);
	atomic_fetch_add(&scene->done, 1);
	faults_wait_for(&scene->again, 1);
	faults_wait(sends_again, caller);
	for (unsigned i = 2; i <= caller->afterwards; i++)
		ck_assert_int_eq(faults_log(caller->name, caller->calls + i), 0);
	caller->end = faults_stats();
}

static void run_callers(const char *name, unsigned calls, unsigned afterwards)
{
	pid_t pid[CALLERS];

	scene = faults_share(sizeof(*scene));
	ck_assert_int_eq(mplog_open("stuck", "main", 0), 0);
	ck_assert_int_eq(faults_log("main", 0), 0);
	for (int i = 0; i < CALLERS; i++) {
		struct caller *caller = &scene->caller[i];

		caller->calls = calls;
		caller->afterwards = afterwards;
		(void)snprintf(caller->name, sizeof(caller->name), "%s-%d", name, i);
		pid[i] = faults_mplog_fork(caller->name, be_caller, caller);
	}
	faults_wait_for(&scene->ready, CALLERS);
	journald_sync();
	journald_stop();
	atomic_store(&scene->go, 1);
	faults_wait_for(&scene->done, CALLERS);
	journald_cont();
	atomic_store(&scene->again, 1);
	for (int i = 0; i < CALLERS; i++)
		child_exited_well(pid[i]);
}

/* ---- What has to come out ------------------------------------------------------------------ */

/* What the entries of one caller have reported so far. */
struct account {
	unsigned long lost, diverted;
	unsigned long last; /* PROCESS_SEQ that was seen or reported */
	size_t notices;
};

static void check_notice(const struct journal_entry *notice, const struct caller *caller,
			 struct account *account)
{
	const unsigned long lost = journal_number(notice, "MPLOG_LOST");
	const unsigned long diverted = journal_number(notice, "MPLOG_DIVERTED");
	const unsigned long first = journal_number(notice, "MPLOG_FIRST_SEQ");
	const unsigned long last = journal_number(notice, "MPLOG_LAST_SEQ");

	ck_assert_str_eq(journal_value(notice, "MESSAGE_ID"), "71df69f8ea8d4de889630e30f4d7f242");
	ck_assert_uint_gt(lost + diverted, 0);
	/* Nothing else came in between the first and the last but what was taken. */
	ck_assert_uint_ge(first, 2);
	ck_assert_uint_le(first, account->last + 1);
	if (account->notices)
		ck_assert_uint_eq(first, account->last + 1);
	ck_assert_uint_gt(last, account->last);
	ck_assert_uint_le(last, caller->calls + 1);
	ck_assert_uint_gt(journal_number(notice, "MPLOG_SINCE"), 1600000000000000);
	account->lost += lost;
	account->diverted += diverted;
	account->last = last;
	account->notices++;
}

/* A notice precedes the record after the stop, and there is no other one. Where the queue had
 * room for the notice but was filled by others before its record came, another notice reports
 * that record. */
static void check_account(const struct caller *caller)
{
	char match[80];
	struct journal_entries entries;
	struct account account = { 0 };

	(void)snprintf(match, sizeof(match), "PROCESS=%s", caller->name);
	entries = journal_read(match, NULL);
	for (size_t i = 0; i < entries.n; i++) {
		const struct journal_entry *entry = &entries.entries[i];
		unsigned long sequence;

		if (!journal_value(entry, "PROCESS_SEQ")) {
			check_notice(entry, caller, &account);
			continue;
		}
		sequence = journal_number(entry, "PROCESS_SEQ");
		if (account.notices) {
			ck_assert_uint_eq(sequence, account.last + 1);
			ck_assert_uint_ge(sequence, caller->calls + 2);
		}
		account.last = sequence;
	}
	ck_assert_uint_eq(account.last, caller->calls + 1 + caller->afterwards);
	ck_assert_uint_eq(account.lost, caller->stuck.lost);
	ck_assert_uint_eq(account.diverted, caller->stuck.diverted);
	journal_entries_free(&entries);
}

static void check_caller(const struct caller *caller)
{
	ck_assert_uint_eq(caller->stuck.called, caller->calls + 1);
	ck_assert_uint_eq(caller->end.called, caller->calls + 1 + caller->afterwards);
	ck_assert_uint_eq(caller->end.suppressed, 0);
	ck_assert_uint_eq(caller->end.sent, caller->stuck.sent + caller->afterwards);
	ck_assert_uint_eq(caller->end.sent, faults_entries_of(caller->name, NULL, 0));
	ck_assert_double_lt(caller->seconds, SECONDS_MAX);
	check_account(caller);
}

static void check_stderr(const struct caller *caller)
{
	unsigned char *seen = calloc(caller->calls + caller->afterwards + 1, 1);

	ck_assert_ptr_nonnull(seen);
	ck_assert_uint_eq(caller->end.diverted,
			  reader < 0 ? 0
				     : faults_lines_of(reader, caller->name, seen,
						       caller->calls + caller->afterwards + 1));
	free(seen);
}

static void without_dev_log(void)
{
	ck_assert_int_eq(unlink("/dev/log"), 0);
}

static void with_dev_log(void)
{
	(void)unlink("/dev/log");
	ck_assert_int_eq(symlink("/run/systemd/journal/dev-log", "/dev/log"), 0);
}

START_TEST(callers_go_on)
{
	const enum stderr_kind kind = _i % TO_COUNT;
	char name[16];

	if (_i >= TO_COUNT)
		without_dev_log();
	set_stderr(kind);
	(void)snprintf(name, sizeof(name), "on%d", _i);
	run_callers(name, (unsigned)suite_number("MPLOG_TEST_CALLS", CALLS), AFTERWARDS);
	if (kind == TO_PIPE)
		drain_pipe();
	for (int i = 0; i < CALLERS; i++) {
		check_caller(&scene->caller[i]);
		check_stderr(&scene->caller[i]);
	}
	if (kind == TO_FILE)
		ck_assert_uint_eq(scene->caller[0].end.lost, 0);
	if (kind == TO_PIPE)
		ck_assert_uint_gt(scene->caller[0].end.diverted + scene->caller[1].end.diverted +
					  scene->caller[2].end.diverted +
					  scene->caller[3].end.diverted,
				  0);
}
END_TEST

/* ---- The deadline -------------------------------------------------------------------------- */

static double least_miss(void)
{
	double least = SECONDS_MAX;

	for (int i = 0; i < CALLERS; i++) {
		ck_assert_double_gt(scene->caller[i].first_miss, 0);
		if (scene->caller[i].first_miss < least)
			least = scene->caller[i].first_miss;
	}
	return least;
}

static const struct {
	const char *conf;
	double at_least, at_most;
} deadlines[] = {
	{ "defaults = { timeout_ms = 0; };", 0, 0.9 },
	{ "defaults = { timeout_ms = 50; };", 0.05, 0.9 },
	{ "defaults = { timeout_ms = 2000; };", 2, SECONDS_MAX },
};

START_TEST(one_deadline_is_waited_for)
{
	char name[16];

	faults_configure(deadlines[_i].conf);
	set_stderr(TO_NULL);
	(void)snprintf(name, sizeof(name), "dead%d", _i);
	run_callers(name, 1000, 1); /* who does not wait may miss again */
	for (int i = 0; i < CALLERS; i++)
		check_caller(&scene->caller[i]);
	ck_assert_double_ge(least_miss(), deadlines[_i].at_least);
	ck_assert_double_lt(least_miss(), deadlines[_i].at_most);
}
END_TEST

/* Journal and standard error are both full: one deadline is for both of them. */
START_TEST(one_deadline_is_for_all_sinks)
{
	char buffer[4096] = "";

	faults_configure("defaults = { timeout_ms = 3000; };");
	set_stderr(TO_PIPE);
	ck_assert_int_eq(fcntl(STDERR_FILENO, F_SETFL, O_NONBLOCK), 0);
	while (write(STDERR_FILENO, buffer, sizeof(buffer)) > 0)
		;
	ck_assert_int_eq(fcntl(STDERR_FILENO, F_SETFL, 0), 0);
	run_callers("both", 1000, AFTERWARDS);
	for (int i = 0; i < CALLERS; i++) {
		check_caller(&scene->caller[i]);
		ck_assert_uint_eq(scene->caller[i].end.diverted, 0);
		ck_assert_double_ge(scene->caller[i].slowest, 3);
		ck_assert_double_lt(scene->caller[i].second, 2);
	}
}
END_TEST

/* Nor is there another one for a pipe that fills while journald is stuck. */
START_TEST(no_deadline_is_for_a_pipe_that_fills_later)
{
	faults_configure("defaults = { timeout_ms = 5000; };");
	set_stderr(TO_PIPE);
	run_callers("later", 1000, AFTERWARDS);
	drain_pipe();
	for (int i = 0; i < CALLERS; i++) {
		check_caller(&scene->caller[i]);
		check_stderr(&scene->caller[i]);
		ck_assert_uint_gt(scene->caller[i].end.lost, 0);
		ck_assert_double_ge(scene->caller[i].slowest, 5);
		ck_assert_double_lt(scene->caller[i].second, 4);
	}
}
END_TEST

/* ---- Waiting is worth it ------------------------------------------------------------------- */

enum { WAITING_CALLS = 1000 };

static void call_and_wait(void *progress)
{
	for (unsigned i = 1; i <= WAITING_CALLS; i++) {
		ck_assert_int_eq(faults_log("waiting", i), 0);
		atomic_store((atomic_uint *)progress, i);
	}
	ck_assert_uint_eq(faults_stats().sent, WAITING_CALLS);
}

START_TEST(a_short_stop_loses_nothing)
{
	atomic_uint *progress = faults_share(sizeof(*progress));
	unsigned before;
	pid_t pid;

	faults_configure("defaults = { timeout_ms = 60000; };");
	ck_assert_int_eq(mplog_open("stuck", "main", 0), 0);
	journald_stop();
	pid = faults_mplog_fork("waiting", call_and_wait, progress);
	do { /* until it does not get on any more */
		before = atomic_load(progress);
		usleep(100000);
	} while (before == 0 || atomic_load(progress) != before);
	journald_cont();
	child_exited_well(pid);
	ck_assert_uint_eq(faults_entries_of("waiting", NULL, 0), WAITING_CALLS);
}
END_TEST

static void end(void)
{
	journald_cont();
	journald_sync();
}

int main(void)
{
	Suite *suite = suite_create("stuck");
	TCase *tcase = suite_case(suite, "stuck", with_dev_log, end);

	tcase_add_unchecked_fixture(tcase, journald_start, NULL);
	tcase_add_loop_test(tcase, callers_go_on, 0, 2 * TO_COUNT);
	tcase_add_loop_test(tcase, one_deadline_is_waited_for, 0,
			    sizeof(deadlines) / sizeof(deadlines[0]));
	tcase_add_test(tcase, one_deadline_is_for_all_sinks);
	tcase_add_test(tcase, no_deadline_is_for_a_pipe_that_fills_later);
	tcase_add_test(tcase, a_short_stop_loses_nothing);
	return suite_run(suite);
}
