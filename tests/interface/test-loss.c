/* SPDX-License-Identifier: MIT */
/* Each loss is reported once, and the figures agree, with other threads logging at the same time. */

#include "lib/family.h"
#include "lib/suite.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>

enum { THREADS = 8, RECORDS = 2000, ROUNDS = 3 };

static struct line go;

static void *log_many(void *unused)
{
	line_wait(&go);
	for (int i = 0; i < RECORDS; i++)
		mplog_info("record %d", i);
	return unused;
}

/* Nothing but the journal, and journald is stopped while the threads log. */
static void no_fallback(void)
{
	const int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	ck_assert_int_ge(null, 0);
	ck_assert_int_eq(dup2(null, STDERR_FILENO), STDERR_FILENO);
	close(null);
}

/* Returns how many records of its own it took until one was lost. */
static unsigned log_while_stopped(void)
{
	pthread_t threads[THREADS];
	unsigned n = 1;

	journald_stop();
	for (int i = 0; i < THREADS; i++)
		threads[i] = thread_start(log_many, NULL);
	for (int i = 0; i < THREADS; i++)
		line_tell(&go);
	/* It comes back while they are at it: all of them have losses to report. */
	while (mplog_info("waits, and is lost in the end") >= 0)
		n++;
	journald_cont();
	for (int i = 0; i < THREADS; i++)
		thread_join(threads[i]);
	return n;
}

START_TEST(losses_add_up)
{
	struct mplog_stats stats = { .size = sizeof(stats) };
	struct journal_entries notices;
	unsigned n = 1;

	no_fallback();
	family_open("losses", "defaults = { prefix = \"\"; timeout_ms = 20; };");
	go = line_open();
	for (int i = 0; i < ROUNDS; i++)
		n += log_while_stopped();
	journald_sync();
	mplog_info("last"); /* and before it what was untold */
	ck_assert_int_eq(mplog_get_stats(&stats), 0);
	ck_assert_uint_eq(stats.called, ROUNDS * THREADS * RECORDS + n);
	ck_assert_uint_eq(stats.called,
			  stats.sent + stats.diverted + stats.lost + stats.suppressed);
	ck_assert_uint_gt(stats.lost, 0);
	notices = journal_read("SYSLOG_IDENTIFIER=losses",
			       "MESSAGE_ID=71df69f8ea8d4de889630e30f4d7f242", NULL);
	ck_assert_uint_eq(journal_sum(&notices, "MPLOG_LOST"), stats.lost);
	ck_assert_uint_eq(journal_sum(&notices, "MPLOG_DIVERTED"), stats.diverted);
	ck_assert_uint_eq(journal_count("SYSLOG_IDENTIFIER=losses", NULL), stats.sent + notices.n);
	journal_entries_free(&notices);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("loss");
	TCase *tcase = suite_case(suite, "loss", journald_start, NULL);

	tcase_add_test(tcase, losses_add_up);
	return suite_run(suite);
}
