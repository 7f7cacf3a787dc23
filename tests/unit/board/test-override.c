/* SPDX-License-Identifier: MIT */
/* The table of levels that operators set on a board, as it is written and read. */
#include "board/override.h"

#include "base/clock.h"
#include "board/board.h"
#include "board/slot.h"
#include "lib/child.h"
#include "lib/suite.h"
#include "mplog.h"
#include "process/ancestry.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static int lock_fd;

static void setup(void)
{
	ck_assert_int_eq(board_open("override", "0123456789abcdef0123456789abcdef", true), 0);
	lock_fd = memfd_create("lock", MFD_CLOEXEC); /* any file can be locked */
	ck_assert_int_ge(lock_fd, 0);
}

static void teardown(void)
{
	close(lock_fd);
	board_close();
}

static struct override_entry entry_for(const char *pattern, override_word override)
{
	struct override_entry entry = { .override = override, .uid = 7 };

	(void)stpncpy(entry.pattern, pattern, sizeof(entry.pattern) - 1);
	return entry;
}

static int set(const struct override_entry *entry)
{
	int r = override_lock(lock_fd);

	if (r < 0)
		return r;
	r = override_set(board_get(), entry);
	override_unlock(lock_fd);
	return r;
}

static int apply(const char *pattern, override_word override)
{
	const struct override_entry entry = entry_for(pattern, override);

	return set(&entry);
}

static size_t list(struct override_entry shown[BOARD_OVERRIDES])
{
	return override_list(board_get(), shown);
}

static struct slot *take(const char *name, int level)
{
	struct slot *slot = board_take(getpid(), false);

	ck_assert_ptr_nonnull(slot);
	slot_write_text(slot, slot->name, sizeof(slot->name), name);
	atomic_store(&slot->level, level);
	slot_open_gate(slot);
	board_show(slot, SLOT_SCOPE);
	override_apply(slot, name);
	return slot;
}

static int level_of(struct slot *slot)
{
	bool expired;

	return slot_level(slot, (uint64_t)clock_now_ns(CLOCK_MONOTONIC) / 1000000, &expired);
}

START_TEST(holds_for_those_to_come)
{
	struct slot *worker;

	ck_assert_int_eq(apply("worker-*", override_pack(MPLOG_DEBUG, 0)), 0);
	worker = take("worker-1", MPLOG_INFO);
	ck_assert_int_eq(level_of(worker), MPLOG_DEBUG);
	ck_assert_int_eq(worker->gate, MPLOG_DEBUG);
	ck_assert_uint_eq(worker->override_uid, 7);
	ck_assert_int_eq(level_of(take("helper", MPLOG_INFO)), MPLOG_INFO);
}
END_TEST

START_TEST(the_later_one_wins)
{
	ck_assert_int_eq(apply("worker-1", override_pack(MPLOG_DEBUG, 0)), 0);
	ck_assert_int_eq(apply("worker-*", override_pack(MPLOG_ERR, 0)), 0);
	ck_assert_int_eq(level_of(take("worker-1", MPLOG_INFO)), MPLOG_ERR);
	/* The same pattern again goes to the end. */
	ck_assert_int_eq(apply("worker-1", override_pack(MPLOG_NOTICE, 0)), 0);
	ck_assert_int_eq(level_of(take("worker-1", MPLOG_INFO)), MPLOG_NOTICE);
	ck_assert_int_eq(level_of(take("worker-2", MPLOG_INFO)), MPLOG_ERR);
}
END_TEST

START_TEST(a_reset_gives_back)
{
	struct override_entry shown[BOARD_OVERRIDES];

	ck_assert_int_eq(apply("worker-*", override_pack(MPLOG_DEBUG, 0)), 0);
	ck_assert_int_eq(apply("worker-1", OVERRIDE_RESET), 0);
	ck_assert_int_eq(level_of(take("worker-1", MPLOG_INFO)), MPLOG_INFO);
	ck_assert_int_eq(level_of(take("worker-2", MPLOG_INFO)), MPLOG_DEBUG);
	ck_assert_uint_eq(list(shown), 2);
	/* And with that there is nothing left to reset. */
	ck_assert_int_eq(apply("worker-*", OVERRIDE_RESET), 0);
	ck_assert_uint_eq(list(shown), 0);
	ck_assert_int_eq(level_of(take("worker-2", MPLOG_INFO)), MPLOG_INFO);
}
END_TEST

START_TEST(everything_takes_the_place_of_all)
{
	struct override_entry shown[BOARD_OVERRIDES];

	ck_assert_int_eq(apply("a", override_pack(MPLOG_DEBUG, 0)), 0);
	ck_assert_int_eq(apply("b", override_pack(MPLOG_DEBUG, 0)), 0);
	ck_assert_int_eq(apply("*", override_pack(MPLOG_ERR, 0)), 0);
	ck_assert_uint_eq(list(shown), 1);
	ck_assert_str_eq(shown[0].pattern, "*");
	ck_assert_int_eq(apply("*", OVERRIDE_RESET), 0);
	ck_assert_uint_eq(list(shown), 0);
}
END_TEST

START_TEST(the_table_has_an_end)
{
	char pattern[PROCESS_NAME_SIZE];

	for (int i = 0; i < BOARD_OVERRIDES; i++) {
		(void)snprintf(pattern, sizeof(pattern), "worker-%d", i);
		ck_assert_int_eq(apply(pattern, override_pack(MPLOG_DEBUG, 0)), 0);
	}
	ck_assert_int_eq(apply("one-more", override_pack(MPLOG_DEBUG, 0)), -ENOSPC);
	ck_assert_int_eq(apply("worker-3", override_pack(MPLOG_ERR, 0)), 0);
	ck_assert_int_eq(level_of(take("worker-3", MPLOG_INFO)), MPLOG_ERR);
	ck_assert_int_eq(level_of(take("worker-31", MPLOG_INFO)), MPLOG_DEBUG);
}
END_TEST

START_TEST(those_that_are_over_make_room)
{
	const uint64_t now_ms = (uint64_t)clock_now_ns(CLOCK_MONOTONIC) / 1000000;
	struct override_entry shown[BOARD_OVERRIDES];
	char pattern[PROCESS_NAME_SIZE];

	for (int i = 0; i < BOARD_OVERRIDES; i++) {
		(void)snprintf(pattern, sizeof(pattern), "worker-%d", i);
		ck_assert_int_eq(apply(pattern, override_pack(MPLOG_DEBUG, now_ms)), 0);
	}
	ck_assert_uint_eq(list(shown), 0);
	ck_assert_int_eq(apply("one-more", override_pack(MPLOG_DEBUG, 0)), 0);
	ck_assert_uint_eq(list(shown), 1);
}
END_TEST

/* Not to the configuration's while one that was set before still holds. */
START_TEST(what_was_set_before_holds_again)
{
	const uint64_t until_ms = (uint64_t)clock_now_ns(CLOCK_MONOTONIC) / 1000000 + 100000;
	struct slot *worker;
	bool expired;

	ck_assert_int_eq(apply("worker-*", override_pack(MPLOG_NOTICE, 0)), 0);
	ck_assert_int_eq(apply("worker-1", override_pack(MPLOG_DEBUG, until_ms)), 0);
	worker = take("worker-1", MPLOG_INFO);
	ck_assert_int_eq(slot_level(worker, until_ms - 1, &expired), MPLOG_DEBUG);
	ck_assert(!expired);
	ck_assert_int_eq(slot_level(worker, until_ms, &expired), MPLOG_NOTICE);
	ck_assert(expired);
	ck_assert_int_eq(slot_level(worker, until_ms, &expired), MPLOG_NOTICE);
	ck_assert(!expired);
	ck_assert_int_eq(worker->gate, MPLOG_NOTICE);
	/* And where nothing was, to the configuration's. */
	ck_assert_int_eq(apply("*", OVERRIDE_RESET), 0);
	ck_assert_int_eq(apply("worker-1", override_pack(MPLOG_DEBUG, until_ms)), 0);
	worker = take("worker-1", MPLOG_INFO);
	ck_assert_int_eq(level_of(worker), MPLOG_DEBUG);
	ck_assert_int_eq(slot_level(worker, until_ms, &expired), MPLOG_INFO);
	ck_assert_int_eq(worker->gate, MPLOG_INFO);
}
END_TEST

START_TEST(a_pattern_fills_its_place)
{
	char pattern[PROCESS_NAME_SIZE];

	memset(pattern, 'x', sizeof(pattern));
	pattern[PROCESS_NAME_SIZE - 1] = '\0';
	ck_assert_int_eq(apply(pattern, override_pack(MPLOG_DEBUG, 0)), 0);
	ck_assert_int_eq(level_of(take(pattern, MPLOG_INFO)), MPLOG_DEBUG);
}
END_TEST

/* A writer that was killed before it had finished. */
START_TEST(half_a_table_is_taken_as_it_is_and_written_over)
{
	struct override_entry shown[BOARD_OVERRIDES];

	ck_assert_int_eq(apply("a", override_pack(MPLOG_DEBUG, 0)), 0);
	atomic_fetch_add(&board_get()->overrides_sequence, 1);
	ck_assert_int_eq(level_of(take("a", MPLOG_INFO)), MPLOG_DEBUG);
	ck_assert_int_eq(apply("b", override_pack(MPLOG_DEBUG, 0)), 0);
	ck_assert_uint_eq(list(shown), 2);
	ck_assert_uint_eq(board_get()->overrides_sequence % 2, 0);
	ck_assert_int_eq(level_of(take("b", MPLOG_INFO)), MPLOG_DEBUG);
}
END_TEST

START_TEST(a_lock_of_another_process_is_told)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	char path[64];
	int other;

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", lock_fd);
	other = open(path, O_RDWR | O_CLOEXEC);
	ck_assert_int_eq(fcntl(other, F_OFD_SETLK, &lock), 0);
	ck_assert_int_eq(apply("a", override_pack(MPLOG_DEBUG, 0)), -EAGAIN);
	close(other);
	ck_assert_int_eq(apply("a", override_pack(MPLOG_DEBUG, 0)), 0);
}
END_TEST

static bool set_on_slot(const struct slot *slot, uint64_t state, override_word override)
{
	const struct override_entry entry = entry_for("*", override);

	return override_set_slot(board_get(), (uint32_t)board_index(slot), state, &entry);
}

START_TEST(a_slot_s_level_is_set_and_taken_back)
{
	struct slot *slot = take("worker-1", MPLOG_INFO);
	const uint64_t state = board_slot_state(slot);

	ck_assert(set_on_slot(slot, state, override_pack(MPLOG_DEBUG, 0)));
	ck_assert_int_eq(level_of(slot), MPLOG_DEBUG);
	ck_assert_int_eq(slot->gate, MPLOG_DEBUG);
	ck_assert(set_on_slot(slot, state, OVERRIDE_RESET));
	ck_assert_int_eq(level_of(slot), MPLOG_INFO);
	ck_assert_int_eq(slot->gate, MPLOG_INFO);
}
END_TEST

/* The next scope of the same thread has the same slot. */
START_TEST(a_slot_that_changed_hands_is_not_hit)
{
	struct slot *slot = take("aaa", MPLOG_INFO);
	const uint64_t state = board_slot_state(slot);
	override_word seen = atomic_load(&slot->override);

	(void)board_park(slot);
	ck_assert(!set_on_slot(slot, state, override_pack(MPLOG_DEBUG, 0)));
	slot_write_text(slot, slot->name, sizeof(slot->name), "bbb");
	board_show(slot, SLOT_SCOPE);
	ck_assert(!set_on_slot(slot, state, override_pack(MPLOG_DEBUG, 0)));
	ck_assert(!atomic_compare_exchange_strong(&slot->override, &seen,
						  override_pack(MPLOG_DEBUG, 0)));
	ck_assert_int_eq(level_of(slot), MPLOG_INFO);
}
END_TEST

START_TEST(one_process_is_chosen_by_its_pid)
{
	struct override_entry entry = entry_for("*", override_pack(MPLOG_DEBUG, 0));

	entry.pid = getpid() + 1;
	ck_assert_int_eq(set(&entry), 0);
	ck_assert_int_eq(level_of(take("worker-1", MPLOG_INFO)), MPLOG_INFO);
	entry.pid = getpid();
	ck_assert_int_eq(set(&entry), 0);
	ck_assert_int_eq(level_of(take("worker-1", MPLOG_INFO)), MPLOG_DEBUG);
	/* The same pattern of another pid is another entry, and "*" of all takes the place of both. */
	ck_assert_int_eq(apply("*", override_pack(MPLOG_ERR, 0)), 0);
	ck_assert_int_eq(level_of(take("worker-1", MPLOG_INFO)), MPLOG_ERR);
}
END_TEST

/* In a child: a level that was set for its pid before it was born was meant for another process. */
static void be_heir_of_a_pid(void)
{
	struct override_entry entry = entry_for("*", override_pack(MPLOG_DEBUG, 0));

	ancestry_after_fork();
	entry.pid = getpid();
	entry.since_boot_ms = ancestry_born_boot_ms() - 1;
	if (set(&entry) < 0 || level_of(take("worker-1", MPLOG_INFO)) != MPLOG_INFO)
		_exit(1);
	entry.since_boot_ms++;
	if (set(&entry) < 0 || level_of(take("worker-1", MPLOG_INFO)) != MPLOG_DEBUG)
		_exit(2);
}

START_TEST(a_pid_that_is_used_again_inherits_nothing)
{
	ancestry_before_fork(false);
	(void)child_run(fork(), be_heir_of_a_pid);
}
END_TEST

/* Any process of the tree may write any number. */
START_TEST(a_level_that_is_none_is_brought_into_bounds)
{
	struct slot *slot = take("worker-1", MPLOG_INFO);

	for (unsigned bits = 0; bits < 16; bits++) {
		atomic_store(&slot->override, (override_word)1 << 63 | bits);
		ck_assert_int_ge(level_of(slot), MPLOG_NONE);
		ck_assert_int_le(level_of(slot), MPLOG_DEBUG);
	}
	atomic_store(&slot->override, 0);
	atomic_store(&slot->level, 99);
	slot_open_gate(slot);
	ck_assert_int_eq(level_of(slot), MPLOG_DEBUG);
	ck_assert_int_eq(slot->gate, MPLOG_DEBUG);
	atomic_store(&slot->level, -99);
	ck_assert_int_eq(level_of(slot), MPLOG_NONE);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("override");
	TCase *tcase = suite_case(suite, "override", setup, teardown);

	tcase_add_test(tcase, holds_for_those_to_come);
	tcase_add_test(tcase, the_later_one_wins);
	tcase_add_test(tcase, a_reset_gives_back);
	tcase_add_test(tcase, everything_takes_the_place_of_all);
	tcase_add_test(tcase, the_table_has_an_end);
	tcase_add_test(tcase, those_that_are_over_make_room);
	tcase_add_test(tcase, what_was_set_before_holds_again);
	tcase_add_test(tcase, a_pattern_fills_its_place);
	tcase_add_test(tcase, half_a_table_is_taken_as_it_is_and_written_over);
	tcase_add_test(tcase, a_lock_of_another_process_is_told);
	tcase_add_test(tcase, a_slot_s_level_is_set_and_taken_back);
	tcase_add_test(tcase, a_slot_that_changed_hands_is_not_hit);
	tcase_add_test(tcase, one_process_is_chosen_by_its_pid);
	tcase_add_test(tcase, a_pid_that_is_used_again_inherits_nothing);
	tcase_add_test(tcase, a_level_that_is_none_is_brought_into_bounds);
	return suite_run(suite);
}
