/* SPDX-License-Identifier: MIT */
/* Which process a report of an end is about. */
#include "tool/journal/ended.h"

#include "lib/suite.h"
#include "tool/journal/judge.h"
#include "tool/ui/term.h"

#include <stdio.h>
#include <time.h>

enum {
	SECOND = 1000000,
	RUNS = 75000,
	CPU_SECONDS = 20, /* a pass over all runs for each took more than a hundred */
	ALICE = 1001,
	MALLORY = 1002,
};

static struct tally tally;
static struct reports reports;

static void set_up(void)
{
	tally = (struct tally){ 0 };
	reports = (struct reports){ .may_add = true };
}

static void tear_down(void)
{
	reports_free(&reports);
	tally_free(&tally);
}

static struct counted *count(struct counted *process, uint64_t first, uint64_t last, uint64_t us)
{
	process->first_us = process->first_us ? process->first_us : us;
	for (uint64_t i = first; i <= last; i++, process->records++)
		(void)numbers_add(&process->numbers, i, us);
	process->last_us = us;
	process->name = process->name.data ? process->name : tally_copy(term_bytes("worker"));
	process->identifier =
		process->identifier.data ? process->identifier : tally_copy(term_bytes("program"));
	return process;
}

static struct run *run_of(const char *id)
{
	return tally_get_run(&tally, id, ALICE);
}

static struct counted *process_of(const char *run, pid_t pid)
{
	return tally_get(&tally, run_of(run), SD_ID128_NULL, pid, ALICE);
}

static void report(const char *run, pid_t pid, uid_t uid, uint64_t since_us, uint64_t last)
{
	reports_add(&reports, &(struct report){
				      .run = run_of(run),
				      .pid = pid,
				      .uid = uid,
				      .is_own = uid == ALICE,
				      .name = tally_copy(term_bytes("worker")),
				      .identifier = tally_copy(term_bytes("program")),
				      .since_us = since_us,
				      .figures = { .end = END_ITSELF, .last = last, .sent = last },
			      });
}

static uint64_t missing(void)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < tally.n; i++)
		sum += judge(tally.process[i]).missing;
	return sum;
}

START_TEST(a_lost_tail_is_missing)
{
	struct counted *process = count(process_of("run", 100), 1, 3, SECOND);

	report("run", 100, ALICE, SECOND / 2, 5);
	reports_apply(&reports, &tally);
	ck_assert_uint_eq(judge(process).missing, 2);
	ck_assert_uint_eq(tally.n, 1);
}
END_TEST

/* The program that it has executed counts anew, and has no report. */
START_TEST(the_program_before_execve)
{
	struct counted *before = count(process_of("run", 100), 1, 3, SECOND);
	struct counted *after = count(tally_renew(&tally, before), 1, 1, 2 * SECOND);

	report("run", 100, ALICE, SECOND / 2, 3);
	reports_apply(&reports, &tally);
	ck_assert(before->is_reported && !after->is_reported);
	ck_assert_uint_eq(missing(), 0);
}
END_TEST

START_TEST(each_of_one_pid)
{
	struct counted *process = count(process_of("run", 100), 1, 5, SECOND);

	for (uint64_t i = 1; i < 4; i++)
		process = count(tally_renew(&tally, process), 1, 5 + i, (1 + i) * SECOND);
	for (uint64_t i = 0; i < 4; i++)
		report("run", 100, ALICE, (1 + i) * SECOND, 5 + i);
	reports_apply(&reports, &tally);
	ck_assert_uint_eq(tally.n, 4);
	for (size_t i = 0; i < tally.n; i++)
		ck_assert(tally.process[i]->is_reported);
	ck_assert_uint_eq(missing(), 0);
}
END_TEST

/* journald sees other pids than the process itself: by its main thread, and by its name. */
START_TEST(in_a_pid_namespace)
{
	struct counted *main_thread = count(process_of("run", 5001), 1, 3, SECOND);
	struct counted *other_thread = count(process_of("run", 5002), 1, 4, SECOND);

	main_thread->tid = 2;
	other_thread->tid = 9;
	report("run", 2, ALICE, SECOND / 2, 3);
	report("run", 3, ALICE, SECOND / 2, 4);
	reports_apply(&reports, &tally);
	ck_assert_uint_eq(tally.n, 2);
	ck_assert(main_thread->is_reported && other_thread->is_reported);
	ck_assert_uint_eq(missing(), 0);
}
END_TEST

START_TEST(without_a_record)
{
	(void)count(process_of("run", 100), 1, 3, SECOND);
	report("run", 101, ALICE, SECOND, 4);
	reports_apply(&reports, &tally);
	ck_assert_uint_eq(tally.n, 2);
	ck_assert_uint_eq(missing(), 4);
}
END_TEST

/* A notice, and the board. */
START_TEST(the_same_twice)
{
	report("run", 101, ALICE, SECOND, 4);
	report("run", 101, ALICE, SECOND, 4);
	reports_apply(&reports, &tally);
	ck_assert_uint_eq(tally.n, 1);
	ck_assert_uint_eq(missing(), 4);
}
END_TEST

/* Also in place of a true one. */
START_TEST(of_a_stranger)
{
	struct counted *process = count(process_of("run", 100), 1, 3, SECOND);

	report("run", 100, MALLORY, SECOND, UINT64_MAX - 1);
	report("run", 101, MALLORY, SECOND, UINT64_MAX - 1);
	report("run", 100, ALICE, SECOND, 4);
	reports_apply(&reports, &tally);
	ck_assert_uint_eq(tally.n, 1);
	ck_assert(process->is_reported);
	ck_assert_uint_eq(missing(), 1);
}
END_TEST

/* A pid that went from one user to another is another process; root may become anybody. */
START_TEST(users_of_one_pid)
{
	struct run *run = run_of("run");
	struct counted *process = tally_get(&tally, run, SD_ID128_NULL, 100, 0);

	ck_assert_ptr_eq(tally_get(&tally, run, SD_ID128_NULL, 100, ALICE), process);
	ck_assert_ptr_eq(tally_get(&tally, run, SD_ID128_NULL, 100, 0), process);
	ck_assert_ptr_ne(tally_get(&tally, run, SD_ID128_NULL, 100, MALLORY), process);
}
END_TEST

START_TEST(many_runs)
{
	const clock_t begin = clock();
	char id[RUN_ID_SIZE];

	for (int i = 0; i < RUNS; i++) {
		(void)snprintf(id, sizeof(id), "%032d", i);
		(void)count(process_of(id, 100), 1, 2, SECOND);
		report(id, 100, ALICE, SECOND, 3);
	}
	reports_apply(&reports, &tally);
	ck_assert_uint_eq(missing(), RUNS);
	ck_assert_int_lt((clock() - begin) / CLOCKS_PER_SEC, CPU_SECONDS);
}
END_TEST

/* All processes of one run have one name, and one number. */
START_TEST(many_of_one_pid)
{
	const clock_t begin = clock();
	struct counted *process = count(process_of("run", 100), 1, 2, SECOND);

	for (int i = 1; i < RUNS; i++) {
		process = count(tally_renew(&tally, process), 1, 2, SECOND);
		process->tid = 7;
		report("run", 100, ALICE, SECOND + (uint64_t)i, 2);
	}
	reports_apply(&reports, &tally);
	ck_assert_int_lt((clock() - begin) / CLOCKS_PER_SEC, CPU_SECONDS);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("ended");
	TCase *tcase = suite_case(suite, "ended", set_up, tear_down);

	tcase_add_test(tcase, a_lost_tail_is_missing);
	tcase_add_test(tcase, the_program_before_execve);
	tcase_add_test(tcase, each_of_one_pid);
	tcase_add_test(tcase, in_a_pid_namespace);
	tcase_add_test(tcase, without_a_record);
	tcase_add_test(tcase, the_same_twice);
	tcase_add_test(tcase, of_a_stranger);
	tcase_add_test(tcase, users_of_one_pid);
	tcase_add_test(tcase, many_runs);
	tcase_add_test(tcase, many_of_one_pid);
	return suite_run(suite);
}
