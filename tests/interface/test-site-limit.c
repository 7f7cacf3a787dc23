/* SPDX-License-Identifier: MIT */
/* mplog_once() and mplog_ratelimit(): which calls of a site pass, what the next one says of those that
 * did not, and that threads and children lose count of none. */
#include "lib/family.h"
#include "lib/suite.h"

#include <fcntl.h>
#include <stdint.h>
#include <syslog.h>

enum {
	HELD_BACK = 2,
	HOUR_MS = 3600 * 1000,
	BURST = 5,
	CALLS = 100,
	THREADS = 8,
	THREAD_CALLS = 20000,
	RARELY_MS = 2500,
	SOON_MS = 50,
};

static unsigned evaluated;

static unsigned evaluate(void)
{
	return ++evaluated;
}

static void setup(void)
{
	evaluated = 0;
	journald_start();
}

static void teardown(void)
{
	mplog_close();
}

static void begin(const char *identifier)
{
	family_open(identifier, "defaults = { prefix = \"\"; timeout_ms = 60000; };");
}

static uint64_t called(void)
{
	struct mplog_stats stats = { .size = sizeof(stats) };

	ck_assert_int_eq(mplog_get_stats(&stats), 0);
	return stats.called;
}

/* The one record with that text in front, and what it says of calls that were held back. */
static unsigned long suppressed_of(const char *identifier, const char *text)
{
	struct journal_entries all = family_read(identifier);
	unsigned long suppressed = 0;
	char expected[80];
	size_t found = 0;

	for (size_t i = 0; i < all.n; i++) {
		const char *message = journal_value(&all.entries[i], "MESSAGE");

		if (strncmp(message, text, strlen(text)) != 0)
			continue;
		found++;
		if (journal_count_field(&all.entries[i], "MPLOG_SUPPRESSED") == 0) {
			ck_assert_str_eq(message, text);
			continue;
		}
		suppressed = journal_number(&all.entries[i], "MPLOG_SUPPRESSED");
		snprintf(expected, sizeof(expected), "%s (%lu suppressed)", text, suppressed);
		ck_assert_str_eq(message, expected);
	}
	ck_assert_uint_eq(found, 1);
	journal_entries_free(&all);
	return suppressed;
}

/* ---- Once ----------------------------------------------------------------------------------- */

START_TEST(once_is_once_at_each_site)
{
	const uint64_t before = (begin("once"), called());

	for (int i = 0; i < CALLS; i++) {
		ck_assert_int_eq(mplog_once(MPLOG_EMERG, "first %u", evaluate()), i ? 2 : 0);
		ck_assert_int_eq(mplog_once(LOG_AUTHPRIV | LOG_INFO, "second"), i ? HELD_BACK : 0);
	}
	ck_assert_uint_eq(evaluated, 1);
	ck_assert_uint_eq(called() - before, 2);
	ck_assert_uint_eq(suppressed_of("once", "first 1"), 0);
	ck_assert_uint_eq(suppressed_of("once", "second"), 0);
}
END_TEST

static int debug_once(void)
{
	return mplog_once(MPLOG_DEBUG, "debug once");
}

static int debug_rarely(void)
{
	return mplog_ratelimit(MPLOG_DEBUG, HOUR_MS, 1, "debug rarely");
}

static void below_the_level_first(void)
{
	/* The gate of a new child is open, and a closed one shuts these calls out itself. */
	for (int i = 0; i < 2; i++) {
		if (debug_once() != 0 || debug_rarely() != 0)
			_exit(2);
	}
	if (mplog_set_level(MPLOG_DEBUG) != 0 || debug_once() != 0 || debug_rarely() != 0 ||
	    debug_once() != HELD_BACK || debug_rarely() != HELD_BACK)
		_exit(3);
}

START_TEST(below_the_level_takes_nothing)
{
	begin("below");
	child_run(fork(), below_the_level_first);
	child_run(mplog_fork("worker"), below_the_level_first);
	ck_assert_int_eq(mplog_once(8 << 8, "no level"), -EINVAL);
	ck_assert_int_eq(mplog_ratelimit(-1, HOUR_MS, 1, "no level"), -EINVAL);
}
END_TEST

/* ---- A rate --------------------------------------------------------------------------------- */

START_TEST(a_burst_passes)
{
	const uint64_t before = (begin("burst"), called());
	int passed = 0;

	for (int i = 0; i < CALLS; i++) {
		const int r = mplog_ratelimit(_i, HOUR_MS, BURST, "a burst %u", evaluate());

		ck_assert_int_eq(r, i < BURST ? 0 : HELD_BACK);
		passed += r == 0;
	}
	ck_assert_int_eq(passed, BURST);
	ck_assert_uint_eq(evaluated, BURST);
	ck_assert_uint_eq(called() - before, BURST);
}
END_TEST

/* Longer than most machines have been up: what no call has written is no moment at which one passed. */
START_TEST(a_burst_of_49_days_passes)
{
	begin("days");
	for (unsigned i = 0; i < CALLS; i++)
		ck_assert_int_eq(mplog_ratelimit(MPLOG_INFO, UINT32_MAX, BURST, "days %u", i),
				 i < BURST ? 0 : HELD_BACK);
}
END_TEST

START_TEST(numbers_at_the_ends)
{
	begin("ends");
	for (int i = 0; i < CALLS; i++) {
		ck_assert_int_eq(mplog_ratelimit(MPLOG_DEBUG, 0, 0, "below the level"), 0);
		ck_assert_int_eq(mplog_ratelimit(MPLOG_INFO, 0, 1, "no limit"), 0);
		ck_assert_int_eq(mplog_ratelimit(MPLOG_INFO, 1, UINT32_MAX, "as good as none"), 0);
		ck_assert_int_eq(mplog_ratelimit(MPLOG_INFO, 1, 0, "nothing passes"), HELD_BACK);
		ck_assert_int_eq(mplog_ratelimit(MPLOG_INFO, UINT32_MAX, 1, "49 days"),
				 i ? HELD_BACK : 0);
	}
}
END_TEST

/* Calls until one passes: how many did not. */
static unsigned hold_back(int (*call)(const char *text), const char *text)
{
	unsigned held_back = 0;
	int r;

	while ((r = call(text)) == HELD_BACK)
		held_back++;
	ck_assert_int_eq(r, 0);
	return held_back;
}

static int call_often(const char *text)
{
	return mplog_ratelimit(MPLOG_INFO, 100, 1, "%s", text);
}

/* Of the last call. */
static int64_t begun_ms, took_ms;

static int call_rarely(const char *text)
{
	int r;

	pause_ms(1);
	begun_ms = now_ms();
	r = mplog_ratelimit(MPLOG_INFO, RARELY_MS, 1, "%s", text);
	took_ms = now_ms() - begun_ms;
	return r;
}

/* On a busy machine the time may be over before the second call: a try under another name follows. */
START_TEST(the_next_one_tells)
{
	unsigned held_back, again;
	char identifier[32] = "next";

	begin(identifier);
	ck_assert_uint_eq(hold_back(call_often, "first"), 0);
	for (int i = 1; (held_back = hold_back(call_often, "second")) == 0; i++) {
		mplog_close();
		snprintf(identifier, sizeof(identifier), "next-%d", i);
		begin(identifier);
	}
	again = hold_back(call_often, "third");
	ck_assert_uint_eq(suppressed_of("next", "first"), 0);
	ck_assert_uint_eq(suppressed_of(identifier, "second"), held_back);
	ck_assert_uint_eq(suppressed_of(identifier, "third"), again);
}
END_TEST

/* Longer than a second, in which a held-back call does not look at the exact clock. The time begins
 * within the call that passes, which has to be a short one. */
START_TEST(whole_seconds)
{
	int64_t begun;
	unsigned held_back;

	begin("seconds");
	ck_assert_uint_eq(hold_back(call_rarely, "first"), 0);
	while (took_ms >= SOON_MS)
		(void)hold_back(call_rarely, "another");
	begun = begun_ms;
	held_back = hold_back(call_rarely, "second");
	ck_assert_int_ge(now_ms() - begun, RARELY_MS - SOON_MS);
	ck_assert_uint_eq(suppressed_of("seconds", "second"), held_back);
}
END_TEST

/* ---- Threads, forks, losses ------------------------------------------------------------------- */

static int call_shared(void)
{
	return mplog_ratelimit(MPLOG_INFO, 30, 3, "shared");
}

static void *call_many(void *unused)
{
	uintptr_t held_back = 0;

	for (int i = 0; i < THREAD_CALLS; i++) {
		const int r = call_shared();

		if (mplog_once(MPLOG_NOTICE, "by whichever thread") == 0)
			(void)__atomic_fetch_add(&evaluated, 1, __ATOMIC_RELAXED);
		ck_assert_int_ge(r, 0);
		held_back += r == HELD_BACK;
	}
	return (void *)held_back;
}

START_TEST(threads_lose_no_count)
{
	pthread_t threads[THREADS];
	struct journal_entries all;
	uintptr_t held_back = 0;
	unsigned long told = 0;

	begin("threads");
	for (int i = 0; i < THREADS; i++)
		threads[i] = thread_start(call_many, NULL);
	for (int i = 0; i < THREADS; i++)
		held_back += (uintptr_t)thread_join(threads[i]);
	while (call_shared() == HELD_BACK)
		held_back++;
	ck_assert_uint_gt(held_back, THREAD_CALLS);
	ck_assert_uint_eq(evaluated, 1);
	all = family_read("threads");
	for (size_t i = 0; i < all.n; i++) {
		if (journal_field(&all.entries[i], "MPLOG_SUPPRESSED"))
			told += journal_number(&all.entries[i], "MPLOG_SUPPRESSED");
	}
	ck_assert_uint_eq(told, held_back);
	journal_entries_free(&all);
}
END_TEST

static int once_here(void)
{
	return mplog_once(MPLOG_INFO, "once here");
}

static int once_there(void)
{
	return mplog_once(MPLOG_INFO, "once there");
}

static unsigned parents;

static void go_on_in_child(void)
{
	char text[32];
	unsigned own;

	if (once_here() != HELD_BACK || once_there() != 0 || once_there() != HELD_BACK)
		_exit(2);
	own = hold_back(call_often, "of the child");
	snprintf(text, sizeof(text), "child held back %u", parents + own);
	mplog_info("%s", text);
}

START_TEST(a_child_begins_with_its_parents_state)
{
	struct journal_entries all;
	unsigned own, childs;

	begin("fork");
	ck_assert_int_eq(once_here(), 0);
	hold_back(call_often, "of the parent");
	while (call_often("of the parent, again") == 0)
		;
	parents = 1;
	child_run(mplog_fork("child"), go_on_in_child);
	own = hold_back(call_often, "after the fork");
	ck_assert_int_eq(once_there(), 0);
	all = family_read("fork");
	for (size_t i = 0; i < all.n; i++) {
		const char *message = journal_value(&all.entries[i], "MESSAGE");

		if (sscanf(message, "child held back %u", &childs) == 1)
			break;
	}
	journal_entries_free(&all);
	ck_assert_uint_eq(suppressed_of("fork", "of the child"), childs);
	ck_assert_uint_eq(suppressed_of("fork", "after the fork"), parents + own);
}
END_TEST

START_TEST(a_lost_record_loses_no_count)
{
	const int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	unsigned held_back = 0;
	int r;

	ck_assert_int_ge(null, 0);
	ck_assert_int_eq(dup2(null, STDERR_FILENO), STDERR_FILENO);
	close(null);
	begin("lost");
	hold_back(call_often, "before");
	journald_kill();
	while ((r = call_often("lost")) == HELD_BACK)
		held_back++;
	ck_assert_int_lt(r, 0);
	journald_start();
	while ((r = call_often("after")) != 0) /* some are lost until the socket is tried again */
		held_back += r == HELD_BACK;
	ck_assert_uint_eq(suppressed_of("lost", "after"), held_back);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("limits of call sites");
	TCase *once = suite_case(suite, "once", setup, teardown);
	TCase *rate = suite_case(suite, "a rate", setup, teardown);
	TCase *together = suite_case(suite, "together", setup, teardown);

	tcase_add_test(once, once_is_once_at_each_site);
	tcase_add_test(once, below_the_level_takes_nothing);
	tcase_add_loop_test(rate, a_burst_passes, MPLOG_EMERG, MPLOG_INFO + 1);
	tcase_add_test(rate, a_burst_of_49_days_passes);
	tcase_add_test(rate, numbers_at_the_ends);
	tcase_add_test(rate, the_next_one_tells);
	tcase_add_test(rate, whole_seconds);
	tcase_add_test(together, threads_lose_no_count);
	tcase_add_test(together, a_child_begins_with_its_parents_state);
	tcase_add_test(together, a_lost_record_loses_no_count);
	return suite_run(suite);
}
