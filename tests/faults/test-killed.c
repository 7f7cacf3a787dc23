/* SPDX-License-Identifier: MIT */
/* journald killed and started again, its socket and its directory made anew: what it had not
 * accepted is somewhere, once; and it is used again soon after it is back. */
#include "lib/child.h"
#include "lib/faults.h"
#include "lib/journald.h"
#include "lib/suite.h"
#include "lib/threads.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	KILLS = 10,
	CALLERS = 4,
	CALLS = 50000,
	CALLS_A_KILL = CALLS / KILLS,
	SEQUENCE_MAX = CALLS + 100000, /* with those that wait for journald to be back */
	/* An outage ends within a second; the machine may be busy. */
	BACK_SECONDS_MAX = 10,
};

struct caller {
	char name[32];
	struct mplog_stats stats;
	unsigned calls;
	double slowest_return;
};

struct scene {
	atomic_uint called; /* by all of them */
	atomic_uint rounds; /* that may begin */
	struct caller caller[CALLERS];
	unsigned char seen[SEQUENCE_MAX];
};

static struct scene *scene;

static bool is_sent(const void *argument)
{
	struct caller *caller = (struct caller *)(uintptr_t)argument;

	caller->calls++;
	return faults_log(caller->name, caller->calls) == 0;
}

static void wait_until_back(struct caller *caller)
{
	const double begin = faults_now();

	faults_wait(is_sent, caller);
	if (faults_now() - begin > caller->slowest_return)
		caller->slowest_return = faults_now() - begin;
}

/* journald dies in the middle of each round, and the next one begins when another one lives. */
static void be_caller(void *argument)
{
	struct caller *caller = argument;

	for (unsigned round = 1; round <= KILLS; round++) {
		faults_wait_for(&scene->rounds, round);
		wait_until_back(caller);
		for (unsigned i = 1; i < CALLS_A_KILL; i++) {
			caller->calls++;
			ck_assert_int_ge(faults_log(caller->name, caller->calls), 0);
			atomic_fetch_add(&scene->called, 1);
		}
	}
	caller->stats = faults_stats();
}

static void kill_ten_times(void)
{
	for (unsigned round = 1; round <= KILLS; round++) {
		atomic_store(&scene->rounds, round);
		faults_wait_for(&scene->called, (round * 2 - 1) * CALLERS * (CALLS_A_KILL - 1) / 2);
		journald_restart();
	}
}

/* Numbers that are neither in the journal nor on standard error. */
static size_t missing_of(const struct caller *caller, int reader)
{
	size_t n = 0;

	memset(scene->seen, 0, sizeof(scene->seen));
	ck_assert_uint_lt(caller->calls, SEQUENCE_MAX);
	/* Each call is one record: number of the call and PROCESS_SEQ are the same. */
	ck_assert_uint_eq(faults_lines_of(reader, caller->name, scene->seen, SEQUENCE_MAX),
			  caller->stats.diverted);
	ck_assert_uint_le(faults_entries_of(caller->name, scene->seen, SEQUENCE_MAX),
			  caller->stats.sent);
	for (unsigned i = 1; i <= caller->calls; i++)
		n += !scene->seen[i];
	ck_assert_uint_eq(caller->stats.called, caller->calls);
	ck_assert_uint_ge(n, caller->stats.lost);
	return n - caller->stats.lost;
}

START_TEST(killed_ten_times)
{
	const int reader = faults_stderr_file();
	size_t missing = 0, diverted = 0;
	pid_t pid[CALLERS];

	scene = faults_share(sizeof(*scene));
	ck_assert_int_eq(mplog_open("killed", "main", 0), 0);
	for (int i = 0; i < CALLERS; i++) {
		struct caller *caller = &scene->caller[i];

		(void)snprintf(caller->name, sizeof(caller->name), "ten-%d", i);
		pid[i] = faults_mplog_fork(caller->name, be_caller, caller);
	}
	kill_ten_times();
	for (int i = 0; i < CALLERS; i++)
		child_exited_well(pid[i]);
	for (int i = 0; i < CALLERS; i++) {
		missing += missing_of(&scene->caller[i], reader);
		diverted += scene->caller[i].stats.diverted;
		ck_assert_double_lt(scene->caller[i].slowest_return, BACK_SECONDS_MAX);
	}
	ck_assert_uint_le(missing, KILLS * journald_kill_takes());
	ck_assert_uint_gt(diverted, 0);
}
END_TEST

/* ---- Threads of one process, which share its connection ------------------------------------ */

enum { THREADS = 8, THREAD_KILLS = 5, THREAD_CALLS = 4000 };

static atomic_uint next_call;
static atomic_bool threads_end;

static void *call_until_the_end(void *unused)
{
	while (!atomic_load(&threads_end)) {
		/* Not faster than kills can be: the numbers have to fit. */
		if (atomic_load(&next_call) < THREAD_CALLS * (atomic_load(&scene->rounds) + 1))
			(void)faults_log("threads", atomic_fetch_add(&next_call, 1));
	}
	return unused;
}

START_TEST(threads_find_the_next_one)
{
	static unsigned char seen[2 * THREADS + THREAD_CALLS * (THREAD_KILLS + 1)];
	const int reader = faults_stderr_file();
	struct caller caller = { .name = "threads-main" };
	pthread_t thread[THREADS];
	struct mplog_stats stats;
	unsigned descriptors;
	size_t missing;

	scene = faults_share(sizeof(*scene));
	ck_assert_int_eq(mplog_open("killed", "threads", 0), 0);
	ck_assert_int_eq(faults_log("threads-main", 0), 0);
	descriptors = faults_descriptors();
	for (int i = 0; i < THREADS; i++)
		thread[i] = thread_start(call_until_the_end, NULL);
	for (unsigned i = 1; i <= THREAD_KILLS; i++) {
		faults_wait_for(&next_call, THREAD_CALLS * i - THREAD_CALLS / 2);
		journald_restart();
		atomic_store(&scene->rounds, i);
	}
	atomic_store(&threads_end, true);
	for (int i = 0; i < THREADS; i++)
		thread_join(thread[i]);
	wait_until_back(&caller);
	/* Each connection that was made in vain was given back. */
	ck_assert_uint_eq(faults_descriptors(), descriptors);
	stats = faults_stats();
	ck_assert_uint_eq(faults_lines_of(reader, "threads", seen, sizeof(seen)) +
				  faults_lines_of(reader, "threads-main", NULL, 0),
			  stats.diverted);
	missing = stats.sent - faults_entries_of("threads", NULL, 0);
	ck_assert_uint_le(missing, THREAD_KILLS * journald_kill_takes());
}
END_TEST

/* ---- Back in another place ----------------------------------------------------------------- */

static void restart(void)
{
	journald_restart();
}

static void bind_anew(void)
{
	journald_kill();
	ck_assert_int_eq(unlink("/run/systemd/journal/socket"), 0);
	journald_start();
}

static void remount(void)
{
	journald_kill();
	ck_assert_int_eq(mount("tmpfs", "/run/systemd/journal", "tmpfs", 0, "mode=755"), 0);
	journald_start();
}

static void (*const comebacks[])(void) = { restart, bind_anew, remount };

static void be_back(void *argument)
{
	struct caller *caller = argument;

	wait_until_back(caller);
	ck_assert_double_lt(caller->slowest_return, BACK_SECONDS_MAX);
	caller->stats = faults_stats();
}

START_TEST(used_again_when_back)
{
	const int reader = faults_stderr_file();
	struct caller caller = { .name = "" };
	pid_t pid;

	(void)snprintf(caller.name, sizeof(caller.name), "back-%d", _i);
	ck_assert_int_eq(mplog_open("killed", caller.name, 0), 0);
	ck_assert_int_eq(faults_log(caller.name, 0), 0);
	journald_sync();
	comebacks[_i]();
	pid = faults_fork(be_back, &caller);
	be_back(&caller);
	child_exited_well(pid);
	ck_assert_uint_eq(caller.stats.lost, 0);
	ck_assert_uint_eq(faults_entries_of(caller.name, NULL, 0),
			  caller.stats.sent + 1 /* the child's */);
	ck_assert_uint_ge(faults_lines_of(reader, caller.name, NULL, 0), caller.stats.diverted);
}
END_TEST

/* The socket it has is as good as ever. */
START_TEST(a_path_that_vanishes_is_not_missed)
{
	const int reader = faults_stderr_file();

	ck_assert_int_eq(mplog_open("killed", "vanish", 0), 0);
	ck_assert_int_eq(faults_log("vanish", 0), 0);
	ck_assert_int_eq(rename("/run/systemd/journal/socket", "/run/systemd/journal/hidden"), 0);
	faults_wait_for_tick();
	ck_assert_int_eq(faults_log("vanish", 1), 0);
	ck_assert_int_eq(rename("/run/systemd/journal/hidden", "/run/systemd/journal/socket"), 0);
	ck_assert_uint_eq(faults_entries_of("vanish", NULL, 0), 2);
	ck_assert_uint_eq(faults_lines(reader, "", ""), 0);
}
END_TEST

/* What a dead journald does not take is reported before the first record that its successor takes. */
START_TEST(an_outage_is_reported)
{
	const int reader = faults_stderr_file();
	struct journal_entries entries;
	struct caller caller = { .name = "counted" };

	ck_assert_int_eq(mplog_open("killed", "counted", 0), 0);
	ck_assert_int_eq(faults_log("counted", 0), 0);
	journald_kill();
	for (unsigned i = 1; i <= 3; i++)
		ck_assert_int_eq(faults_log("counted", i), 1);
	ck_assert_uint_eq(faults_lines_of(reader, "counted", NULL, 0), 3);
	journald_start();
	caller.calls = 3;
	wait_until_back(&caller);
	entries = journal_read("PROCESS=counted", "MESSAGE_ID=71df69f8ea8d4de889630e30f4d7f242",
			       NULL);
	ck_assert_uint_eq(entries.n, 1);
	ck_assert_str_eq(journal_value(&entries.entries[0], "MPLOG_LOST"), "0");
	ck_assert_uint_eq(strtoul(journal_value(&entries.entries[0], "MPLOG_DIVERTED"), NULL, 10),
			  faults_stats().diverted);
	ck_assert_str_eq(journal_value(&entries.entries[0], "MPLOG_FIRST_SEQ"), "2");
	ck_assert_str_eq(journal_value(&entries.entries[0], "MPLOG_LEVEL"), "info");
	journal_entries_free(&entries);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("killed");
	TCase *tcase = suite_case(suite, "killed", journald_start, NULL);

	tcase_add_test(tcase, killed_ten_times);
	tcase_add_test(tcase, threads_find_the_next_one);
	tcase_add_loop_test(tcase, used_again_when_back, 0,
			    sizeof(comebacks) / sizeof(comebacks[0]));
	tcase_add_test(tcase, a_path_that_vanishes_is_not_missed);
	tcase_add_test(tcase, an_outage_is_reported);
	return suite_run(suite);
}
