/* SPDX-License-Identifier: MIT */
/* A member of a fork tree that has been taken over, and writes whatever it likes onto the board that it
 * shares with the others: none of them crashes, none hangs, and each call ends within its deadline. */
#include "lib/board-map.h"
#include "lib/faults.h"
#include "lib/journald.h"
#include "lib/require.h"
#include "lib/sanitizer.h"
#include "lib/suite.h"

#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <time.h>

/* A call has a second by default, and the time in which other programs have the processors. Its work is
 * bounded by the size of the board: 4,096 slots are passed in a fraction of a millisecond. */
enum { CALL_SECONDS = 4, ROUNDS = 100 };

#define WORK_SECONDS (UNDER_ASAN || UNDER_TSAN ? 0.5 : 0.05)

static void open_tree(const char *process)
{
	REQUIRE(mplog_open("member", process, 0) == 0);
	REQUIRE(mplog_info("start") == 0);
}

/* A member that does this once, and ends. */
static void evil_once(void (*act)(struct board *board, int i), int i)
{
	const pid_t pid = mplog_fork("evil");

	if (pid == 0) {
		struct board *const board = board_map();

		REQUIRE(board != NULL);
		act(board, i);
		_exit(EXIT_SUCCESS);
	}
	require_exited_well(pid);
}

/* One that does this until it is killed; returns when it has begun. */
static pid_t evil_always(void (*act)(struct board *board, int i), int i)
{
	int ends[2];
	char byte;
	pid_t pid;

	REQUIRE(pipe(ends) == 0);
	pid = mplog_fork("evil");
	REQUIRE(pid >= 0);
	if (pid == 0) {
		struct board *const board = board_map();

		REQUIRE(prctl(PR_SET_PDEATHSIG, SIGKILL) == 0);
		REQUIRE(board != NULL);
		act(board, i);
		REQUIRE(write(ends[1], "", 1) == 1);
		for (;;)
			act(board, i);
	}
	REQUIRE(read(ends[0], &byte, 1) == 1);
	(void)close(ends[0]);
	(void)close(ends[1]);
	return pid;
}

static void end_evil(pid_t pid)
{
	int status;

	REQUIRE(kill(pid, SIGKILL) == 0);
	REQUIRE(waitpid(pid, &status, 0) == pid);
	REQUIRE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

/* ---- A victim does all that there is to do ---------------------------------------------------- */

/* Also in time of the processor, which other programs do not take from it. */
static double longest_call, longest_work;

/* What a hypervisor has taken of all processors: the kernel counts it as the work of whoever ran. */
static double stolen_now(void)
{
	unsigned long long ticks = 0;
	FILE *const file = fopen("/proc/stat", "re");

	if (file) {
		REQUIRE(fscanf(file, "cpu %*u %*u %*u %*u %*u %*u %*u %llu", &ticks) == 1);
		(void)fclose(file);
	}
	return (double)ticks / (double)sysconf(_SC_CLK_TCK);
}

static double work_now(void)
{
	struct timespec now;

	REQUIRE(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) == 0);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9 - stolen_now();
}

/* The time without that in which this thread was ready to run, and others ran. */
static double own_now(void)
{
	unsigned long long ran, waited = 0;
	FILE *file = fopen("/proc/thread-self/schedstat", "re");

	if (file) { /* not every kernel has it */
		REQUIRE(fscanf(file, "%llu %llu", &ran, &waited) == 2);
		(void)fclose(file);
	}
	return faults_now() - (double)waited / 1e9;
}

static void clock_call(double begin, double begin_work)
{
	const double took = own_now() - begin, work = work_now() - begin_work;

	if (took > longest_call)
		longest_call = took;
	if (work > longest_work)
		longest_work = work;
}

static void require_bounded(void)
{
	REQUIRE(longest_call < CALL_SECONDS);
	REQUIRE(longest_work < WORK_SECONDS);
}

#define CLOCKED(call)                                  \
	do {                                           \
		const double begin_ = own_now();       \
		const double begin_work_ = work_now(); \
		(void)(call);                          \
		clock_call(begin_, begin_work_);       \
	} while (0)

static void fork_child(const char *name)
{
	int status = -1;
	pid_t pid;

	CLOCKED(pid = mplog_fork(name));
	REQUIRE(pid >= 0);
	if (pid == 0) {
		longest_call = longest_work = 0;
		CLOCKED(mplog_info("child"));
		CLOCKED(mplog_enter("child-scope"));
		CLOCKED(mplog_info("child in its scope"));
		CLOCKED(mplog_leave());
		CLOCKED(mplog_level());
		require_bounded();
		_exit(EXIT_SUCCESS);
	}
	CLOCKED(mplog_reap(pid, NULL));
	REQUIRE(waitpid(pid, &status, 0) == pid);
	REQUIRE(status == 0);
}

static void call_everything(void)
{
	struct mplog_stats stats = { .size = sizeof(stats) };

	for (int level = MPLOG_EMERG + 1; level <= MPLOG_DEBUG; level++)
		CLOCKED(mplog(level, "a record of level %d", level));
	CLOCKED(mplog_write(MPLOG_ERR, "bytes", 5));
	CLOCKED(mplog_level());
	CLOCKED(mplog_process());
	CLOCKED(mplog_enter("scope"));
	CLOCKED(mplog_err("in a scope"));
	CLOCKED(mplog_set_level(MPLOG_DEBUG));
	CLOCKED(mplog_set_field("FIELD", "value"));
	mplog_leave();
	CLOCKED(mplog_get_stats(&stats));
	CLOCKED(mplog_reload());
	fork_child("named");
	fork_child(NULL);
}

static void open_close(void)
{
	CLOCKED(mplog_close());
	CLOCKED(mplog_open("member", "again", 0));
	CLOCKED(mplog_err("opened again"));
}

/* ---- Values that are none --------------------------------------------------------------------- */

static const int levels[] = { 99,      8,       -2,     -3,        INT_MAX, INT_MIN,
			      1 << 16, 1 << 30, -65536, 0x7fffffe, 255,     -128 };

enum { N_LEVELS = sizeof(levels) / sizeof(levels[0]) };

static void spoil_levels(struct board *board, int i)
{
	struct slot *const slot = board_map_slot(board, getppid());

	REQUIRE(slot != NULL);
	board_map_set_level(slot, levels[i]);
	board_map_set_override(slot, UINT64_C(1) << 22 | 8);
	board_map_set_gate(slot, INT_MAX);
}

static void survive_levels(const void *argument)
{
	open_tree("levels");
	evil_once(spoil_levels, *(const int *)argument);
	REQUIRE(mplog_err("the next one") >= 0);
	REQUIRE(mplog_level() >= MPLOG_NONE && mplog_level() <= MPLOG_DEBUG);
	call_everything();
	require_bounded();
	open_close();
}

START_TEST(levels_that_are_none)
{
	require_in_child(survive_levels, &_i);
}
END_TEST

/* A level of an operator: all of its low bits, with an end that was, that comes, and that is none. */
static void spoil_override(struct board *board, int i)
{
	static const uint64_t ends[] = { 0, 1, UINT64_MAX >> 22 };
	struct slot *const slot = board_map_slot(board, getppid());

	REQUIRE(slot != NULL);
	board_map_set_override(slot, ends[i / 16] << 22 | (unsigned)(i % 16));
	board_map_set_gate(slot, INT_MAX);
}

static void survive_override(const void *argument)
{
	open_tree("override");
	evil_once(spoil_override, *(const int *)argument);
	(void)mplog_err("the next one");
	REQUIRE(mplog_level() >= MPLOG_NONE && mplog_level() <= MPLOG_DEBUG);
	call_everything();
	require_bounded();
}

START_TEST(levels_that_no_operator_set)
{
	require_in_child(survive_override, &_i);
}
END_TEST

/* ---- Numbers that are all taken --------------------------------------------------------------- */

static void claim_all(struct board *board, int circle)
{
	board_map_claim_all(board, 1, circle);
}

/* By a process that lives and never ends: no number is free, and a child does without. */
static void survive_claims(const void *argument)
{
	double begin, before, after;

	faults_configure("processes = ( { name = \"main\"; child_name = \"w-%c\"; } );\n");
	open_tree("main");
	begin = faults_now();
	fork_child(NULL);
	before = faults_now() - begin;
	evil_once(claim_all, *(const int *)argument);
	begin = faults_now();
	for (int i = 0; i < 3; i++)
		fork_child(NULL);
	after = faults_now() - begin;
	/* Ten times as long as without is what a busy machine makes of it. */
	REQUIRE(after < 3 * (10 * before + 0.1));
}

START_TEST(numbers_that_are_all_taken)
{
	require_in_child(survive_claims, &_i);
}
END_TEST

/* ---- A loop that is prolonged ----------------------------------------------------------------- */

static void none_used(struct board *board, int i)
{
	(void)i;
	board_map_set_used(board, 0);
}

static void all_used(struct board *board, int i)
{
	(void)i;
	board_map_set_used(board, UINT_MAX);
}

static void both_used(struct board *board, int i)
{
	none_used(board, i);
	all_used(board, i);
}

static void (*const prolongers[])(struct board *, int) = { none_used, all_used, both_used };

enum {
	N_PROLONGERS = sizeof(prolongers) / sizeof(prolongers[0]),
	EVILS = 1,
	NESTED = 3000, /* slots that are taken: a search for a free one has to pass them all */
	END_SECONDS = 40,
};

/* A search that goes back whenever the board says so never ends: SIGALRM ends the test. */
static void survive_used(const void *argument)
{
	pid_t evil[EVILS];

	require_end_within(END_SECONDS);
	open_tree("used");
	for (int i = 0; i < NESTED; i++)
		REQUIRE(mplog_enter("nested") == 0);
	for (int i = 0; i < EVILS; i++)
		evil[i] = evil_always(prolongers[*(const int *)argument], 0);
	for (int i = 0; i < ROUNDS; i++)
		fork_child(i % 2 ? "named" : NULL);
	call_everything();
	require_bounded();
	for (int i = 0; i < EVILS; i++)
		end_evil(evil[i]);
}

START_TEST(a_board_that_is_emptied)
{
	require_in_child(survive_used, &_i);
}
END_TEST

/* ---- Scribbles -------------------------------------------------------------------------------- */

static uint64_t random_state;

static uint64_t next_random(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

/* Numbers that are on the edge of something more often than any. */
static uint64_t odd_number(void)
{
	static const uint64_t odd[] = { 0,
					1,
					UINT64_MAX,
					INT64_MAX,
					(uint64_t)INT64_MIN,
					UINT32_MAX,
					INT32_MAX,
					BOARD_SLOTS,
					BOARD_SLOTS - 1,
					BOARD_SLOTS + 1,
					UINT64_C(0x4141414141414141) };
	const uint64_t number = next_random();

	return number % 3 ? odd[number / 3 % (sizeof(odd) / sizeof(odd[0]))] : next_random();
}

static void put(struct board *board, size_t offset)
{
	const uint64_t number = odd_number();

	memcpy((char *)board + (offset & ~(size_t)7), &number, sizeof(number));
}

/* Into its head and the first slots, which are in use, ten times as often as elsewhere. */
static void scribble(struct board *board, int seed)
{
	const size_t slots = offsetof(struct board, slot);
	const size_t states = offsetof(struct board, state);

	if (random_state == 0)
		random_state = 88172645463325252u + (uint64_t)seed * 7919;
	for (int i = 0; i < 64; i++) {
		put(board, next_random() % states);
		put(board, states + next_random() % 256);
		put(board, slots + next_random() % (16 * sizeof(struct slot)));
		if (i % 8 == 0)
			put(board, next_random() % sizeof(*board));
	}
}

static void *enter_and_leave(void *stop)
{
	while (!atomic_load((atomic_bool *)stop)) {
		(void)mplog_enter("thread");
		(void)mplog_info("of a thread");
		mplog_leave();
	}
	return NULL;
}

static void survive_scribbles(const void *argument)
{
	static atomic_bool stop;
	pthread_t thread;
	pid_t evil;

	faults_configure("defaults = { level = \"debug\"; };\n"
			 "processes = ( { name = \"main\"; child_name = \"w-%c\"; } );\n");
	open_tree("main");
	evil = evil_always(scribble, *(const int *)argument);
	REQUIRE(pthread_create(&thread, NULL, enter_and_leave, &stop) == 0);
	for (int i = 0; i < 40; i++)
		call_everything();
	require_bounded();
	atomic_store(&stop, true);
	REQUIRE(pthread_join(thread, NULL) == 0);
	for (int i = 0; i < 5; i++)
		open_close();
	require_bounded();
	end_evil(evil);
}

START_TEST(scribbles)
{
	require_in_child(survive_scribbles, &_i);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("member");
	TCase *tcase = suite_case(suite, "member", journald_start, NULL);

	tcase_add_loop_test(tcase, levels_that_are_none, 0, N_LEVELS);
	tcase_add_loop_test(tcase, levels_that_no_operator_set, 0, 3 * 16);
	tcase_add_loop_test(tcase, numbers_that_are_all_taken, 0, 2);
	tcase_add_loop_test(tcase, a_board_that_is_emptied, 0, N_PROLONGERS);
	if (!UNDER_TSAN)
		tcase_add_loop_test(tcase, scribbles, 0, 8);
	return suite_run(suite);
}
