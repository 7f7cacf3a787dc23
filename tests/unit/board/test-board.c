/* SPDX-License-Identifier: MIT */
#include "board/board.h"
#include "lib/child.h"
#include "lib/sanitizer.h"
#include "lib/suite.h"
#include "lib/threads.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "board/child-number.h"
#include "board/override.h"
#include "board/slot.h"
#include "mplog.h"
#include "process/ancestry.h"

static void open_board(void)
{
	ck_assert_int_eq(board_open("program", "0123456789abcdef0123456789abcdef", true), 0);
}

static struct slot *take(const char *name, enum slot_phase phase)
{
	struct slot *slot = board_take(getpid(), false);

	ck_assert_ptr_nonnull(slot);
	slot_write_text(slot, slot->name, sizeof(slot->name), name);
	board_show(slot, phase);
	return slot;
}

/* Runs in a child, whose slot stays as if it had been killed. */
static pid_t in_dead_child(void (*function)(void))
{
	return child_run(fork(), function);
}

/* ---- The area ---- */

/* Other files have seals too, such as Check's where /tmp is a tmpfs. */
static bool is_memfd(int fd)
{
	char path[64], target[256] = "";

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return readlink(path, target, sizeof(target) - 1) > 0 && strncmp(target, "/memfd:", 7) == 0;
}

START_TEST(is_sealed_private_and_close_on_exec)
{
	int found = 0;

	open_board();
	for (int fd = 3; fd < 1024; fd++) {
		if (!is_memfd(fd))
			continue;
		found++;
		ck_assert_int_eq(fcntl(fd, F_GET_SEALS) & (F_SEAL_SHRINK | F_SEAL_GROW),
				 F_SEAL_SHRINK | F_SEAL_GROW);
		ck_assert_int_eq(ftruncate(fd, 0), -1);
		ck_assert_int_eq(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
		ck_assert_int_ge(fd, 256);
	}
	ck_assert_int_eq(found, 1);
	ck_assert_str_eq(board_get()->identifier, "program");
}
END_TEST

START_TEST(gates_stay_readable_after_close)
{
	struct slot *slot;

	open_board();
	slot = take("main", SLOT_PROCESS);
	board_close();
	board_wipe();
	ck_assert_ptr_null(board_get());
	ck_assert_int_eq(__atomic_load_n(&slot->gate, __ATOMIC_RELAXED), 0);
	ck_assert_int_eq(board_index(slot), -1);
}
END_TEST

START_TEST(may_be_opened_again)
{
	for (int i = 0; i < 1000; i++) {
		open_board();
		(void)take("main", SLOT_PROCESS);
		board_close();
	}
	open_board();
	ck_assert_uint_eq(atomic_load(&board_get()->used), 0);
}
END_TEST

START_TEST(is_not_made_over_a_file_size_limit)
{
	const struct rlimit small = { 4096, 4096 };

	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
	ck_assert_int_eq(board_open("program", "", true), -EFBIG);
	ck_assert_int_eq(board_open("program", "", false), 0);
	ck_assert(!board_is_shared());
}
END_TEST

/* ---- Slots ---- */

static void take_one(void)
{
	struct slot *slot = board_take(getpid(), false);

	slot_write_text(slot, slot->name, sizeof(slot->name), "worker-1");
	atomic_store(&slot->counter[COUNTER_SENT], 7);
	board_show(slot, SLOT_PROCESS);
}

START_TEST(children_take_slots_of_their_own)
{
	struct slot *mine, *theirs;
	pid_t pid;

	open_board();
	mine = take("main", SLOT_PROCESS);
	pid = in_dead_child(take_one);
	theirs = board_find(pid, false);
	ck_assert_ptr_nonnull(theirs);
	ck_assert_ptr_ne(mine, theirs);
	ck_assert_uint_eq(atomic_load(&theirs->counter[COUNTER_SENT]), 7);
	ck_assert_ptr_eq(board_find(getpid(), false), mine);
	ck_assert_ptr_null(board_find(1, false));
}
END_TEST

START_TEST(dead_slots_are_reused_and_their_figures_folded)
{
	pid_t pid;
	struct slot *slot;

	open_board();
	pid = in_dead_child(take_one);
	slot = board_find(pid, false);
	for (int i = 1; i < BOARD_SLOTS; i++)
		(void)take("main", SLOT_PROCESS);
	/* All others live: this one it has to be, as soon as the hand gets there. */
	for (int i = 0; board_find(pid, false) && i < BOARD_SLOTS; i++)
		(void)board_take(getpid(), false);
	ck_assert_ptr_null(board_find(pid, false));
	ck_assert_uint_eq(atomic_load(&slot->counter[COUNTER_SENT]), 0);
	ck_assert_str_eq(board_get()->total[0].name, "worker-1");
	ck_assert_uint_eq(atomic_load(&board_get()->total[0].counter[COUNTER_SENT]), 7);
	ck_assert_uint_eq(atomic_load(&board_get()->total[0].processes), 1);
}
END_TEST

START_TEST(a_full_board_has_none_left)
{
	open_board();
	for (int i = 0; i < BOARD_SLOTS; i++)
		(void)take("main", SLOT_PROCESS);
	ck_assert_ptr_null(board_take(getpid(), false));
	ck_assert_uint_eq(atomic_load(&board_get()->slotless), 1);
}
END_TEST

static void take_foreign(void)
{
	board_show(board_take(getpid(), true), SLOT_PROCESS);
}

static atomic_bool is_over;

static void *open_and_close(void *unused)
{
	while (!atomic_load(&is_over)) {
		ck_assert_int_eq(board_open("program", "0123456789abcdef0123456789abcdef", false),
				 0);
		board_close();
	}
	return unused;
}

START_TEST(slots_of_a_board_that_another_thread_closes)
{
	enum { ROUNDS = 200000 };
	struct slot *slot;
	pthread_t thread;

	open_board();
	slot = take("main", SLOT_PROCESS);
	thread = thread_start(open_and_close, NULL);
	for (int i = 0; i < ROUNDS; i++) {
		board_show(slot, SLOT_PROCESS);
		(void)board_mark_reported(slot, slot_word_pid(board_slot_state(slot)));
		(void)child_number_claim(slot, getpid(), false);
		board_give_back(slot, SLOT_ENDED);
		ck_assert_ptr_eq(board_park(slot), slot);
	}
	atomic_store(&is_over, true);
	ck_assert_ptr_null(thread_join(thread));
}
END_TEST

START_TEST(foreign_pids_are_not_judged)
{
	pid_t pid;

	open_board();
	pid = in_dead_child(take_foreign);
	for (int i = 1; i < BOARD_SLOTS; i++)
		(void)take("main", SLOT_PROCESS);
	for (int i = 0; i < 64; i++)
		ck_assert_ptr_null(board_take(getpid(), false));
	ck_assert_ptr_nonnull(board_find(pid, true));
	ck_assert_ptr_null(board_find(pid, false));
}
END_TEST

START_TEST(many_that_come_and_go_leak_none)
{
	open_board();
	for (int i = 0; i < 20000; i++) {
		struct slot *slot = take("main", SLOT_PROCESS);

		board_give_back(slot, SLOT_ENDED);
	}
	ck_assert_uint_lt(atomic_load(&board_get()->used), BOARD_DEAD_KEPT + 16);
}
END_TEST

START_TEST(once_a_run_for_each_key)
{
	open_board();
	ck_assert(board_once(ONCE_NAME, 42));
	ck_assert(!board_once(ONCE_NAME, 42));
	ck_assert(board_once(ONCE_NAME, 44));
	ck_assert(board_once(ONCE_MISTAKE, 42));
}
END_TEST

START_TEST(many_things_are_told_each)
{
	open_board();
	for (uint64_t key = 2; key < (uint64_t)20 * BOARD_ONCE; key += 2) {
		ck_assert(board_once(ONCE_MISTAKE, key));
		ck_assert(!board_once(ONCE_MISTAKE, key));
	}
	ck_assert(board_once(ONCE_RELOAD, 2));
}
END_TEST

/* ---- Numbers ---- */

static int pipe_fds[2];
static struct slot *parent;

static void claim_and_say(void)
{
	const unsigned number = child_number_claim(parent, getpid(), false);

	ck_assert_int_eq(write(pipe_fds[1], &number, sizeof(number)), sizeof(number));
}

START_TEST(the_lowest_number_of_a_dead_sibling_is_free)
{
	unsigned number;

	open_board();
	parent = take("main", SLOT_PROCESS);
	ck_assert_int_eq(pipe(pipe_fds), 0);
	ck_assert_uint_eq(child_number_claim(parent, getpid(), false), 1);
	for (int i = 0; i < 100; i++) {
		(void)in_dead_child(claim_and_say);
		ck_assert_int_eq(read(pipe_fds[0], &number, sizeof(number)), sizeof(number));
		ck_assert_uint_eq(number, 2);
	}
}
END_TEST

enum { SIBLINGS = 100 };

START_TEST(siblings_never_share_a_number)
{
	bool seen[SIBLINGS + 1] = { false };
	int hold[2];
	unsigned number;

	open_board();
	parent = take("main", SLOT_PROCESS);
	ck_assert_int_eq(pipe(pipe_fds), 0);
	ck_assert_int_eq(pipe(hold), 0);
	for (int i = 0; i < SIBLINGS; i++) {
		if (fork() == 0) {
			char end;

			claim_and_say();
			(void)close(hold[1]);
			_exit((int)read(hold[0], &end, 1));
		}
	}
	for (int i = 0; i < SIBLINGS; i++) {
		ck_assert_int_eq(read(pipe_fds[0], &number, sizeof(number)), sizeof(number));
		ck_assert_uint_ge(number, 1);
		ck_assert_uint_le(number, SIBLINGS);
		ck_assert(!seen[number]);
		seen[number] = true;
	}
	(void)close(hold[1]);
	for (int i = 0; i < SIBLINGS; i++) {
		int status;

		ck_assert_int_gt(wait(&status), 0);
		ck_assert_int_eq(status, 0);
	}
}
END_TEST

/* ---- Levels ---- */

static uint64_t clock_ms(void)
{
	return (uint64_t)clock_now_ns(CLOCK_MONOTONIC_COARSE) / 1000000;
}

static struct slot *slot_at(int level)
{
	struct slot *slot = take("worker-7", SLOT_PROCESS);

	atomic_store(&slot->level, level);
	slot_open_gate(slot);
	return slot;
}

START_TEST(an_operator_s_level_is_stronger)
{
	bool expired;
	struct slot *slot;

	open_board();
	slot = slot_at(MPLOG_INFO);
	ck_assert_int_eq(slot->gate, MPLOG_INFO);
	atomic_store(&slot->override, override_pack(MPLOG_DEBUG, 0));
	slot_open_gate(slot);
	ck_assert_int_eq(slot->gate, MPLOG_DEBUG);
	ck_assert_int_eq(slot_level(slot, clock_ms(), &expired), MPLOG_DEBUG);
	ck_assert(!expired);
	atomic_store(&slot->override, override_pack(MPLOG_NONE, 0));
	slot_open_gate(slot);
	ck_assert_int_eq(slot->gate, MPLOG_NONE);
}
END_TEST

START_TEST(a_time_that_is_over_ends_it)
{
	bool expired;
	struct slot *slot;

	open_board();
	slot = slot_at(MPLOG_INFO);
	atomic_store(&slot->override, override_pack(MPLOG_DEBUG, clock_ms() + 1000));
	slot_open_gate(slot);
	ck_assert_int_eq(slot_level(slot, clock_ms(), &expired), MPLOG_DEBUG);
	ck_assert(!expired);
	ck_assert_int_eq(slot_level(slot, clock_ms() + 2000, &expired), MPLOG_INFO);
	ck_assert(expired);
	ck_assert_int_eq(slot->gate, MPLOG_INFO);
	ck_assert_int_eq(slot_level(slot, clock_ms(), &expired), MPLOG_INFO);
	ck_assert(!expired);
}
END_TEST

START_TEST(a_tighter_level_for_a_time_leaves_the_gate_to_notice_its_end)
{
	bool expired;
	struct slot *slot;

	open_board();
	slot = slot_at(MPLOG_INFO);
	atomic_store(&slot->override, override_pack(MPLOG_ERR, clock_ms() + 1000));
	slot_open_gate(slot);
	ck_assert_int_eq(slot->gate, MPLOG_INFO);
	ck_assert_int_eq(slot_level(slot, clock_ms(), &expired), MPLOG_ERR);
}
END_TEST

START_TEST(a_process_asked_to_reload_has_an_open_gate)
{
	struct slot *slot;

	open_board();
	slot = slot_at(MPLOG_ERR);
	slot_request_reload(slot, 1);
	ck_assert_int_eq(slot->gate, MPLOG_DEBUG);
	atomic_store(&slot->reload_completed, 1);
	slot_open_gate(slot);
	ck_assert_int_eq(slot->gate, MPLOG_ERR);
}
END_TEST

/* What comes of it is the answer, a mistake too: an idle process may keep the command waiting until then. */
START_TEST(one_that_awaits_a_file_as_well)
{
	struct slot *slot;

	open_board();
	slot = slot_at(MPLOG_ERR);
	slot_request_reload(slot, 1);
	slot_answer_reload(slot, 1, RELOAD_DEFERRED);
	ck_assert(slot_reload_answered(slot, 1));
	ck_assert_int_eq(slot->gate, MPLOG_DEBUG);
	slot_await_file(slot, RELOAD_KEPT);
	ck_assert_int_eq(slot->gate, MPLOG_ERR);
	ck_assert_int_eq(slot->reload_result, RELOAD_KEPT);
	/* It awaits none now. */
	slot_await_file(slot, RELOAD_DONE);
	ck_assert_int_eq(slot->reload_result, RELOAD_KEPT);
}
END_TEST

/* Operators may ask at the same time: a later answer is one for all that asked before. */
START_TEST(the_latest_request_stays)
{
	static const uint32_t generations[] = { 6, UINT32_MAX, 1 };
	struct slot *slot;

	open_board();
	slot = slot_at(MPLOG_ERR);
	for (size_t i = 0; i < sizeof(generations) / sizeof(generations[0]); i++) {
		const uint32_t generation = generations[i];

		atomic_store(&slot->reload_requested, generation - 2);
		atomic_store(&slot->reload_completed, generation - 2);
		slot_request_reload(slot, generation);
		slot_request_reload(slot, generation - 1);
		ck_assert_uint_eq(slot->reload_requested, generation);
		ck_assert(!slot_reload_answered(slot, generation));
		atomic_store(&slot->reload_completed, generation);
		ck_assert(slot_reload_answered(slot, generation));
		ck_assert(slot_reload_answered(slot, generation - 1));
		ck_assert(!slot_reload_answered(slot, generation + 1));
	}
}
END_TEST

static void put_override(int i, const char *pattern, override_word override)
{
	struct override_rule *rule = &board_get()->override[i];

	(void)strncpy(rule->name, pattern, sizeof(rule->name) - 1);
	atomic_store(&rule->override, override);
	atomic_store(&board_get()->overrides_used, (uint32_t)i + 1);
}

START_TEST(overrides_hold_for_later_slots_the_last_one_wins)
{
	struct slot *slot;

	open_board();
	put_override(0, "worker-*", override_pack(MPLOG_DEBUG, 0));
	put_override(1, "worker-7", override_pack(MPLOG_ERR, 0));
	put_override(2, "other", override_pack(MPLOG_EMERG, 0));
	slot = slot_at(MPLOG_INFO);
	override_apply(slot, "worker-7");
	ck_assert_int_eq(slot->gate, MPLOG_ERR);
	slot = slot_at(MPLOG_INFO);
	override_apply(slot, "worker-8");
	ck_assert_int_eq(slot->gate, MPLOG_DEBUG);
	put_override(3, "worker-8", OVERRIDE_RESET);
	override_apply(slot, "worker-8");
	ck_assert_int_eq(slot->gate, MPLOG_INFO);
}
END_TEST

START_TEST(an_override_whose_time_is_over_is_none)
{
	struct slot *slot;

	open_board();
	put_override(0, "*", override_pack(MPLOG_DEBUG, 1));
	slot = slot_at(MPLOG_INFO);
	override_apply(slot, "worker-7");
	ck_assert_int_eq(slot->gate, MPLOG_INFO);
}
END_TEST

START_TEST(a_half_written_text_is_said_to_be_one)
{
	struct slot *slot;
	char name[PROCESS_NAME_SIZE];

	open_board();
	slot = take("main", SLOT_PROCESS);
	ck_assert(slot_read_name(slot, name));
	ck_assert_str_eq(name, "main");
	atomic_fetch_add(&slot->text_sequence, 1); /* its writer was killed here */
	memset(slot->name, 'x', sizeof(slot->name));
	ck_assert(!slot_read_name(slot, name));
	ck_assert_uint_eq(strlen(name), sizeof(name) - 1);
}
END_TEST

START_TEST(a_zombie_is_not_alive)
{
	siginfo_t info;
	const pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	ck_assert_int_eq(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	ck_assert(!process_is_alive(pid));
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	ck_assert(!process_is_alive(pid));
	ck_assert(process_is_alive(getpid()));
	ck_assert(!process_is_alive(0));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("board");
	TCase *area = suite_case(suite, "area", NULL, NULL),
	      *slots = suite_case(suite, "slots", NULL, NULL);
	TCase *numbers = suite_case(suite, "numbers", NULL, NULL),
	      *levels = suite_case(suite, "levels", NULL, NULL);

	tcase_add_test(area, is_sealed_private_and_close_on_exec);
	tcase_add_test(area, gates_stay_readable_after_close);
	tcase_add_test(area, may_be_opened_again);
	tcase_add_test(area, is_not_made_over_a_file_size_limit);
	tcase_add_test(slots, children_take_slots_of_their_own);
	tcase_add_test(slots, dead_slots_are_reused_and_their_figures_folded);
	tcase_add_test(slots, a_full_board_has_none_left);
	if (!UNDER_TSAN) /* which takes a mapping in the place of another for a write to it */
		tcase_add_test(slots, slots_of_a_board_that_another_thread_closes);
	tcase_add_test(slots, foreign_pids_are_not_judged);
	tcase_add_test(slots, many_that_come_and_go_leak_none);
	tcase_add_test(slots, once_a_run_for_each_key);
	tcase_add_test(slots, many_things_are_told_each);
	tcase_add_test(numbers, the_lowest_number_of_a_dead_sibling_is_free);
	tcase_add_test(numbers, siblings_never_share_a_number);
	tcase_add_test(levels, an_operator_s_level_is_stronger);
	tcase_add_test(levels, a_time_that_is_over_ends_it);
	tcase_add_test(levels, a_tighter_level_for_a_time_leaves_the_gate_to_notice_its_end);
	tcase_add_test(levels, a_process_asked_to_reload_has_an_open_gate);
	tcase_add_test(levels, one_that_awaits_a_file_as_well);
	tcase_add_test(levels, the_latest_request_stays);
	tcase_add_test(levels, overrides_hold_for_later_slots_the_last_one_wins);
	tcase_add_test(levels, an_override_whose_time_is_over_is_none);
	tcase_add_test(levels, a_half_written_text_is_said_to_be_one);
	tcase_add_test(levels, a_zombie_is_not_alive);
	return suite_run(suite);
}
