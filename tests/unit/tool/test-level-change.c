/* SPDX-License-Identifier: MIT */
/* Levels that operators set: for processes to come, and for all slots that there are. */
#include "tool/live/level-change.h"

#include "base/clock.h"
#include "board/board.h"
#include "board/override.h"
#include "board/slot.h"
#include "lib/child.h"
#include "lib/suite.h"
#include "mplog.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static struct boards boards;
static const struct found_board *found;

static void setup(void)
{
	ck_assert_int_eq(board_open("level-change", "0123456789abcdef0123456789abcdef", true), 0);
	ck_assert_int_eq(boards_find(&boards), 0);
	for (size_t i = 0; i < boards.n; i++) {
		if (board_member_by_pid(&boards.board[i], getpid()))
			found = &boards.board[i];
	}
	ck_assert_ptr_nonnull(found);
}

static void teardown(void)
{
	boards_free(&boards);
	board_close();
}

static int apply(const char *pattern, override_word override)
{
	struct override_entry entry = { .override = override, .uid = 7 };
	struct level_change_effect effect;
	int r;

	(void)stpncpy(entry.pattern, pattern, sizeof(entry.pattern) - 1);
	do
		r = level_change_apply(found, &entry, &effect);
	while (r == -EAGAIN); /* another process has the lock */
	return r;
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

START_TEST(holds_for_those_there_and_those_to_come)
{
	struct slot *worker = take("worker-1", MPLOG_INFO), *other = take("main", MPLOG_INFO);

	ck_assert_int_eq(apply("worker-*", override_pack(MPLOG_DEBUG, 0)), 0);
	ck_assert_int_eq(level_of(worker), MPLOG_DEBUG);
	ck_assert_int_eq(worker->gate, MPLOG_DEBUG);
	ck_assert_uint_eq(worker->override_uid, 7);
	ck_assert_int_eq(level_of(other), MPLOG_INFO);
	ck_assert_int_eq(level_of(take("worker-2", MPLOG_INFO)), MPLOG_DEBUG);
	ck_assert_int_eq(level_of(take("helper", MPLOG_INFO)), MPLOG_INFO);
}
END_TEST

START_TEST(the_later_one_wins)
{
	struct slot *worker = take("worker-1", MPLOG_INFO);

	ck_assert_int_eq(apply("worker-1", override_pack(MPLOG_DEBUG, 0)), 0);
	ck_assert_int_eq(apply("worker-*", override_pack(MPLOG_ERR, 0)), 0);
	ck_assert_int_eq(level_of(worker), MPLOG_ERR);
	/* The same pattern again goes to the end. */
	ck_assert_int_eq(apply("worker-1", override_pack(MPLOG_NOTICE, 0)), 0);
	ck_assert_int_eq(level_of(worker), MPLOG_NOTICE);
	ck_assert_int_eq(level_of(take("worker-1", MPLOG_INFO)), MPLOG_NOTICE);
	ck_assert_int_eq(level_of(take("worker-2", MPLOG_INFO)), MPLOG_ERR);
}
END_TEST

START_TEST(a_reset_gives_back)
{
	struct slot *one = take("worker-1", MPLOG_INFO), *two = take("worker-2", MPLOG_INFO);
	struct override_entry shown[BOARD_OVERRIDES];

	ck_assert_int_eq(apply("worker-*", override_pack(MPLOG_DEBUG, 0)), 0);
	ck_assert_int_eq(apply("worker-1", OVERRIDE_RESET), 0);
	ck_assert_int_eq(level_of(one), MPLOG_INFO);
	ck_assert_int_eq(one->gate, MPLOG_INFO);
	ck_assert_int_eq(level_of(two), MPLOG_DEBUG);
	ck_assert_int_eq(level_of(take("worker-1", MPLOG_INFO)), MPLOG_INFO);
	ck_assert_int_eq(level_of(take("worker-2", MPLOG_INFO)), MPLOG_DEBUG);
	ck_assert_uint_eq(list(shown), 2);
	/* And with that there is nothing left to reset. */
	ck_assert_int_eq(apply("worker-*", OVERRIDE_RESET), 0);
	ck_assert_uint_eq(list(shown), 0);
	ck_assert_int_eq(level_of(take("worker-2", MPLOG_INFO)), MPLOG_INFO);
}
END_TEST

/* Two that change levels at once: every order is whole, and one of them was last. */
START_TEST(two_at_once)
{
	enum { ROUNDS = 200 };
	struct slot *slot = take("worker-1", MPLOG_INFO);
	struct override_entry shown[BOARD_OVERRIDES];
	const pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		for (int i = 0; i < ROUNDS; i++) {
			if (apply("worker-*", override_pack(MPLOG_DEBUG, 0)) < 0)
				_exit(1);
		}
		_exit(0);
	}
	for (int i = 0; i < ROUNDS; i++)
		ck_assert_int_eq(apply("worker-1", override_pack(MPLOG_ERR, 0)), 0);
	child_exited_well(pid);
	ck_assert_uint_eq(list(shown), 2);
	ck_assert_int_eq(level_of(slot), override_level(shown[1].override));
}
END_TEST

/* What was set for a process that has ended does not fill the table. */
START_TEST(the_ended_are_forgotten)
{
	struct override_entry shown[BOARD_OVERRIDES], entry = { .override = 9, .pattern = "*" };
	struct level_change_effect effect;

	entry.since_boot_ms = clock_now_ns(CLOCK_BOOTTIME) / NS_PER_MS;
	entry.pid = getpid();
	ck_assert_int_eq(level_change_apply(found, &entry, &effect), 0);
	entry.pid = getpid() + 1; /* not one of this board's */
	ck_assert_int_eq(level_change_apply(found, &entry, &effect), 0);
	ck_assert_uint_eq(list(shown), 2);
	ck_assert_int_eq(apply("worker-1", override_pack(MPLOG_ERR, 0)), 0);
	ck_assert_uint_eq(list(shown), 2);
	ck_assert_int_eq(shown[0].pid, getpid());
	ck_assert_str_eq(shown[1].pattern, "worker-1");
}
END_TEST

/* Of one that nobody has waited for /proc has no files any more, and says so in another way than of none. */
START_TEST(a_member_that_has_ended_hides_no_board)
{
	const struct member *self = board_member_by_pid(found, getpid());
	const pid_t pid = fork();
	struct member member[] = { *self, *self };
	const struct found_board both = { .member = member, .n_members = 2 };
	struct override_entry entry = { .override = OVERRIDE_RESET, .pattern = "*" };
	struct level_change_effect effect;
	siginfo_t info;

	if (pid == 0)
		_exit(0);
	ck_assert_int_eq(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	member[0].pid = pid;
	ck_assert_int_eq(level_change_apply(&both, &entry, &effect), 0);
	child_exited_well(pid);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("level-change");
	TCase *tcase = suite_case(suite, "level-change", setup, teardown);

	tcase_add_test(tcase, holds_for_those_there_and_those_to_come);
	tcase_add_test(tcase, the_later_one_wins);
	tcase_add_test(tcase, a_reset_gives_back);
	tcase_add_test(tcase, two_at_once);
	tcase_add_test(tcase, the_ended_are_forgotten);
	tcase_add_test(tcase, a_member_that_has_ended_hides_no_board);
	return suite_run(suite);
}
