/* SPDX-License-Identifier: MIT */
/* Workers that are killed, and what is known of their records.
 *
 * MPLOG_TEST_RECORDS: how many are logged by those that are killed at random moments (200,000). */
#include "board/layout.h"
#include "lib/child.h"
#include "lib/faults.h"
#include "lib/journald.h"
#include "lib/shell.h"
#include "lib/suite.h"
#include "lib/threads.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* The last ones alive are killed as well. */
enum { WORKERS = 4, THREADS = 2, KILLS = 50, DEAD = KILLS + WORKERS };

struct worker {
	char name[32];
	pid_t pid;
	bool is_reaped;
	struct mplog_stats stats; /* where it is */
};

static struct worker workers[DEAD];
static struct {
	atomic_uint logged; /* by all of them */
	atomic_uint is_there[DEAD];
} * shared;
static const char *identifier;

static unsigned n_records(void)
{
	return (unsigned)suite_number("MPLOG_TEST_RECORDS", 200000);
}

/* ---- Life and death ------------------------------------------------------------------------- */

static void *log_for_ever(void *is_there)
{
	for (;;) {
		ck_assert_int_eq(mplog_info("record"), 0);
		atomic_fetch_add(&shared->logged, 1);
		atomic_store((atomic_uint *)is_there, 1);
	}
	return NULL;
}

static void work(void *is_there)
{
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (int i = 1; i < THREADS; i++)
		(void)thread_start(log_for_ever, is_there);
	(void)log_for_ever(is_there);
}

static void start(unsigned number)
{
	struct worker *worker = &workers[number];

	(void)snprintf(worker->name, sizeof(worker->name), "worker-%u", number);
	worker->pid = faults_mplog_fork(worker->name, work, &shared->is_there[number]);
}

/* A process that has logged nothing is on no board. Its parent reports every second one: the rest
 * is known from the board alone. */
static void end(unsigned number)
{
	struct worker *worker = &workers[number];
	siginfo_t info;

	faults_wait_for(&shared->is_there[number], 1);
	ck_assert_int_eq(kill(worker->pid, SIGKILL), 0);
	ck_assert_int_eq(waitid(P_PID, (id_t)worker->pid, &info, WEXITED | WNOWAIT), 0);
	worker->is_reaped = number % 2;
	if (worker->is_reaped) {
		worker->stats.size = sizeof(worker->stats);
		ck_assert_int_eq(mplog_reap(worker->pid, &worker->stats), 0);
	}
	child_killed(worker->pid, SIGKILL);
}

/* Somewhere in the next part of the records, of which there is one a kill. */
static void wait_for_a_random_moment(unsigned kill)
{
	const unsigned part = n_records() / KILLS;

	faults_wait_for(&shared->logged, kill * part + (unsigned)rand() % part);
}

static void kill_at_random(void)
{
	unsigned alive[WORKERS];

	for (unsigned i = 0; i < WORKERS; i++)
		start(alive[i] = i);
	for (unsigned i = 0; i < KILLS; i++) {
		unsigned *one = &alive[rand() % WORKERS];

		wait_for_a_random_moment(i);
		end(*one);
		start(*one = WORKERS + i);
	}
	faults_wait_for(&shared->logged, n_records());
	for (unsigned i = 0; i < WORKERS; i++)
		end(alive[i]);
}

/* ---- What became of it ---------------------------------------------------------------------- */

/* The line of that worker, of one JSON object a line. */
static const char *line_of(const struct worker *worker, const char *output)
{
	char key[64];
	const char *found;

	(void)snprintf(key, sizeof(key), "\"process\":\"%s\",", worker->name);
	found = strstr(output, key);
	ck_assert_msg(found != NULL, "nothing of %s", worker->name);
	return found;
}

static unsigned long number_of(const char *line, const char *member)
{
	char key[32];
	const char *found;

	(void)snprintf(key, sizeof(key), "\"%s\":", member);
	found = strstr(line, key);
	ck_assert_msg(found && found < strchr(line, '\n'), "no %s", member);
	return strtoul(found + strlen(key), NULL, 10);
}

/* As mplog gaps has to print them, of those that are not there. */
static void describe_gaps(const unsigned char *seen, unsigned long last, char *ret, size_t size)
{
	size_t n = (size_t)snprintf(ret, size, "\"gaps\":[");
	unsigned long end;

	for (unsigned long i = 1; i <= last; i = end + 1) {
		for (end = i; end < last && !seen[i] && !seen[end + 1];)
			end++;
		if (!seen[i])
			n += (size_t)snprintf(
				ret + n, size - n,
				"%s{\"first\":%lu,\"last\":%lu,\"cause\":\"in flight\"}",
				ret[n - 1] == '[' ? "" : ",", i, end);
		ck_assert_uint_lt(n, size - 1);
	}
	(void)snprintf(ret + n, size - n, "]");
}

static void check_stats(const struct worker *worker, const char *board)
{
	ck_assert_int_eq(worker->stats.pid, worker->pid);
	ck_assert_uint_eq(worker->stats.called, number_of(board, "called"));
	ck_assert_uint_eq(worker->stats.sent, number_of(board, "sent"));
	ck_assert_uint_eq(worker->stats.lost + worker->stats.diverted, 0);
}

static void check(const struct worker *worker, const char *board, const char *gaps)
{
	const unsigned long last = number_of(board, "sequence"), sent = number_of(board, "sent");
	unsigned char *seen = calloc(last + 1, 1);
	unsigned long there;
	char expected[256];

	ck_assert_ptr_nonnull(seen);
	there = faults_entries_of(worker->name, seen, last + 1);
	ck_assert_uint_le(sent, there);
	ck_assert_uint_le(last, sent + THREADS);
	ck_assert_uint_le(number_of(board, "called"), sent + THREADS);
	if (worker->is_reaped)
		check_stats(worker, board);
	ck_assert_uint_eq(number_of(gaps, "pid"), worker->pid);
	ck_assert_uint_eq(number_of(gaps, "records"), there);
	ck_assert_uint_eq(number_of(gaps, "missing"), last - there);
	ck_assert_uint_eq(number_of(gaps, "in_flight"), last - there);
	ck_assert_uint_eq(number_of(gaps, "twice"), 0);
	describe_gaps(seen, last, expected, sizeof(expected));
	ck_assert_msg(strstr(gaps, expected), "no %s in %s", expected, gaps);
	free(seen);
}

static void begin(void)
{
	identifier = shell_program("killed");
	shared = faults_share(sizeof(*shared));
}

/* The board, mplog gaps and the journal agree on every record, but for those that were in flight. */
START_TEST(killed_at_random_moments)
{
	char *board, *gaps;
	int status;

	begin();
	srand((unsigned)getpid());
	/* A machine that is busy loses none. */
	faults_configure("defaults = { timeout_ms = 60000; };");
	ck_assert_int_eq(mplog_open(identifier, "main", 0), 0);
	kill_at_random();
	journald_sync();
	board = shell_expect(0, "mplog ps --all --json -t $PROGRAM 'worker-*'");
	gaps = shell(&status, "mplog gaps --json -t $PROGRAM");
	ck_assert_int_le(WEXITSTATUS(status), 1);
	for (unsigned i = 0; i < DEAD; i++)
		check(&workers[i], line_of(&workers[i], board), line_of(&workers[i], gaps));
	free(board);
	free(gaps);
	mplog_close();
}
END_TEST

/* ---- Without a record of the end --------------------------------------------------------------- */

enum { IN_VAIN = 20, LATER = BOARD_DEAD_KEPT + 100 };

static void log_in_vain(void *is_there)
{
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (int i = 0; i < IN_VAIN; i++)
		(void)mplog_info("record");
	atomic_store((atomic_uint *)is_there, 1);
	for (;;)
		(void)pause();
}

static void log_once(void *unused)
{
	(void)unused;
	(void)mplog_info("record");
}

static void fork_many(void)
{
	for (int i = 0; i < LATER; i++) {
		const pid_t pid = faults_mplog_fork("later", log_once, NULL);
		siginfo_t info;

		ck_assert_int_eq(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
		ck_assert_int_eq(mplog_reap(pid, NULL), 0);
		child_exited_well(pid);
	}
}

/* journald takes neither its records nor the one that reports its end. Then many others come and go. */
START_TEST(many_come_after_it)
{
	const struct worker *const worker = &workers[1];
	char *gaps;
	const char *line;
	int status;

	begin();
	(void)faults_stderr_file();
	faults_configure("defaults = { timeout_ms = 1; };");
	ck_assert_int_eq(mplog_open(identifier, "main", 0), 0);
	journald_stop();
	workers[1].pid = faults_mplog_fork("worker-1", log_in_vain, &shared->is_there[1]);
	(void)snprintf(workers[1].name, sizeof(workers[1].name), "worker-1");
	end(1);
	journald_cont();
	fork_many();
	journald_sync();
	gaps = shell(&status, "mplog gaps --json -t $PROGRAM");
	ck_assert_int_le(WEXITSTATUS(status), 1);
	line = line_of(worker, gaps);
	ck_assert_uint_gt(worker->stats.diverted, 0);
	ck_assert_uint_eq(number_of(line, "missing"), worker->stats.diverted);
	ck_assert_uint_eq(number_of(line, "diverted"), worker->stats.diverted);
	free(gaps);
	mplog_close();
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("gaps-killed");
	TCase *tcase = suite_case(suite, "gaps-killed", journald_start, NULL);

	tcase_add_test(tcase, killed_at_random_moments);
	tcase_add_test(tcase, many_come_after_it);
	return suite_run(suite);
}
