/* SPDX-License-Identifier: MIT */
/* journald under SIGSTOP: what was lost and diverted is reported, once, whatever is in the way. */
#include "lib/child.h"
#include "lib/faults.h"
#include "lib/journald.h"
#include "lib/suite.h"
#include "lib/threads.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { THREADS = 8, ROUNDS = 20, CALLS_A_ROUND = 200 };

static pthread_barrier_t round_begins, round_ends;

static void *call_in_rounds(void *unused)
{
	for (unsigned round = 0; round < ROUNDS; round++) {
		(void)pthread_barrier_wait(&round_begins);
		for (unsigned i = 0; i < CALLS_A_ROUND; i++)
			(void)faults_log("threads", i);
		(void)pthread_barrier_wait(&round_ends);
	}
	return unused;
}

/* All find out together that the sink takes messages again: each record is reported once. */
START_TEST(reported_once_by_many_threads)
{
	struct journal_entries notices;
	pthread_t thread[THREADS];
	struct mplog_stats stats;

	faults_configure("defaults = { timeout_ms = 0; };");
	faults_stderr_file();
	ck_assert_int_eq(mplog_open("stuck", "threads", 0), 0);
	ck_assert_int_eq(pthread_barrier_init(&round_begins, NULL, THREADS + 1), 0);
	ck_assert_int_eq(pthread_barrier_init(&round_ends, NULL, THREADS + 1), 0);
	for (int i = 0; i < THREADS; i++)
		thread[i] = thread_start(call_in_rounds, NULL);
	for (unsigned round = 0; round < ROUNDS; round++) {
		if (round % 2 == 0)
			journald_stop();
		else
			journald_cont();
		(void)pthread_barrier_wait(&round_begins);
		(void)pthread_barrier_wait(&round_ends);
	}
	for (int i = 0; i < THREADS; i++)
		thread_join(thread[i]);
	journald_sync();
	mplog_close();
	stats = faults_stats();
	notices = journal_read("MESSAGE_ID=71df69f8ea8d4de889630e30f4d7f242", "PROCESS=threads",
			       NULL);
	ck_assert_uint_gt(notices.n, 1);
	ck_assert_uint_eq(journal_sum(&notices, "MPLOG_DIVERTED"), stats.diverted);
	ck_assert_uint_eq(journal_sum(&notices, "MPLOG_LOST"), stats.lost);
	ck_assert_uint_eq(stats.called, THREADS * ROUNDS * CALLS_A_ROUND);
	ck_assert_uint_eq(faults_entries_of("threads", NULL, 0), stats.sent);
	journal_entries_free(&notices);
}
END_TEST

/* The prefix gives way, not the notice; and no sink has failed by it. */
START_TEST(reported_with_a_long_prefix)
{
	static const char name[] = "prefixed-with-its-name-again-and-again-and-again-and-again";
	char conf[512], match[128];
	int n = snprintf(conf, sizeof(conf), "defaults = { timeout_ms = 0; prefix = \"");

	for (int i = 0; i < 120; i++)
		n += snprintf(conf + n, sizeof(conf) - (size_t)n, "%%n");
	(void)snprintf(conf + n, sizeof(conf) - (size_t)n, "\"; };");
	(void)snprintf(match, sizeof(match), "PROCESS=%s", name);
	faults_configure(conf);
	faults_stderr(open("/dev/null", O_WRONLY | O_CLOEXEC));
	ck_assert_int_eq(mplog_open("stuck", name, 0), 0);
	journald_stop();
	while (faults_log(name, 0) == 0)
		;
	journald_cont();
	journald_sync();
	ck_assert_int_eq(faults_log(name, 1), 0);
	ck_assert_uint_eq(journal_count("MESSAGE_ID=71df69f8ea8d4de889630e30f4d7f242", match, NULL),
			  1);
}
END_TEST

/* What is still to be reported when the program ends goes where it can be read. */
static void be_last(void *is_closing)
{
	for (unsigned i = 1; i <= 100; i++)
		(void)faults_log("last", i);
	if (*(const int *)is_closing)
		mplog_close();
	else
		exit(EXIT_SUCCESS);
}

START_TEST(reported_at_the_end_while_stuck)
{
	const int reader = faults_stderr_file();
	pid_t pid;

	faults_configure("defaults = { timeout_ms = 0; };");
	ck_assert_int_eq(mplog_open("stuck", "main", 0), 0);
	journald_stop();
	pid = faults_mplog_fork("last", be_last, &_i);
	child_exited_well(pid);
	journald_cont();
	ck_assert_uint_gt(faults_lines_of(reader, "last", NULL, 0), 0);
	ck_assert_uint_eq(faults_lines(reader, "process=last ", "diverted"), 1);
}
END_TEST

static void end(void)
{
	journald_cont();
	journald_sync();
}

int main(void)
{
	Suite *suite = suite_create("stuck-notices");
	TCase *tcase = suite_case(suite, "stuck-notices", NULL, end);

	tcase_add_unchecked_fixture(tcase, journald_start, NULL);
	tcase_add_test(tcase, reported_once_by_many_threads);
	tcase_add_test(tcase, reported_with_a_long_prefix);
	tcase_add_loop_test(tcase, reported_at_the_end_while_stuck, 0, 2);
	return suite_run(suite);
}
