/* SPDX-License-Identifier: MIT */
/* Threads log while the library is opened and closed: the figures of the process add up once no call is
 * under way, no number is given twice, and each record is there. */
#include "lib/faults.h"
#include "lib/journald.h"
#include "lib/require.h"
#include "lib/sanitizer.h"
#include "lib/suite.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { THREADS_MAX = 4, ROUNDS = UNDER_TSAN || UNDER_ASAN ? 60 : 300, RECORDS_A_ROUND = 20 };

static const struct race {
	const char *identifier;
	int threads, rounds;
	bool closes;
} races[] = {
	{ "race-once-1", 1, 1, false },
	{ "race-once-4", 4, 1, false },
	{ "race-close-1", 1, ROUNDS, true },
	{ "race-close-4", 4, ROUNDS, true },
};

enum { N_RACES = sizeof(races) / sizeof(races[0]), ONCE = 40 };

static atomic_bool stop;
static atomic_ullong calls;

static void *log_always(void *number)
{
	while (!atomic_load(&stop)) {
		REQUIRE(mplog_info("of thread %d", *(int *)number) >= 0);
		atomic_fetch_add(&calls, 1);
	}
	return NULL;
}

/* So many more records have been written by the threads. */
static void let_them_log(unsigned n)
{
	const unsigned long long until = atomic_load(&calls) + n;

	while (atomic_load(&calls) < until)
		(void)sched_yield();
}

static void run_race(const void *argument)
{
	const struct race *const race = argument;
	struct mplog_stats stats = { .size = sizeof(stats) };
	pthread_t threads[THREADS_MAX];
	int numbers[THREADS_MAX];

	for (int i = 0; i < race->threads; i++) {
		numbers[i] = i;
		REQUIRE(pthread_create(&threads[i], NULL, log_always, &numbers[i]) == 0);
	}
	let_them_log(RECORDS_A_ROUND);
	for (int i = 0; i < race->rounds; i++) {
		REQUIRE(mplog_open(race->identifier, "main", 0) == 0);
		let_them_log(RECORDS_A_ROUND);
		if (race->closes)
			mplog_close();
		let_them_log(2);
	}
	atomic_store(&stop, true);
	for (int i = 0; i < race->threads; i++)
		REQUIRE(pthread_join(threads[i], NULL) == 0);
	REQUIRE(mplog_get_stats(&stats) == 0);
	REQUIRE(stats.called == stats.sent + stats.diverted + stats.lost + stats.suppressed);
	REQUIRE(stats.called == atomic_load(&calls));
	REQUIRE(stats.lost == 0);
}

static int compare(const void *a, const void *b)
{
	const unsigned long one = *(const unsigned long *)a, other = *(const unsigned long *)b;

	return (one > other) - (one < other);
}

static void expect_unique(const char *identifier, pid_t pid)
{
	char match[80], of_pid[40];
	struct journal_entries all;
	unsigned long *numbers;
	size_t n = 0;

	(void)snprintf(match, sizeof(match), "SYSLOG_IDENTIFIER=%s", identifier);
	(void)snprintf(of_pid, sizeof(of_pid), "_PID=%ld", (long)pid);
	all = journal_read(match, of_pid, NULL);
	ck_assert_uint_gt(all.n, 0);
	numbers = calloc(all.n, sizeof(*numbers));
	for (size_t i = 0; i < all.n; i++) {
		const char *const number = journal_value(&all.entries[i], "PROCESS_SEQ");

		if (number)
			numbers[n++] = strtoul(number, NULL, 10);
	}
	qsort(numbers, n, sizeof(*numbers), compare);
	for (size_t i = 1; i < n; i++)
		ck_assert_msg(numbers[i] != numbers[i - 1], "PROCESS_SEQ=%lu is there twice",
			      numbers[i]);
	free(numbers);
	journal_entries_free(&all);
}

START_TEST(figures_add_up)
{
	const struct race *const race = &races[_i];

	(void)faults_stderr_file();
	faults_configure("");
	for (int i = 0; i < (race->closes ? 1 : ONCE); i++) {
		pid_t pid;

		require_setup();
		pid = fork();
		ck_assert_int_ge(pid, 0);
		if (pid == 0) {
			run_race(race);
			_exit(EXIT_SUCCESS);
		}
		require_exited_well(pid);
		expect_unique(race->identifier, pid);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("open-race");
	TCase *tcase = suite_case(suite, "open-race", journald_start, NULL);

	tcase_add_loop_test(tcase, figures_add_up, 0, N_RACES);
	return suite_run(suite);
}
