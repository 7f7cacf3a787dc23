/* SPDX-License-Identifier: MIT */
/* mplog gaps: against records made up, and against processes that were killed. */
#include "journald.h"
#include "shell.h"
#include "suite.h"

#include <mplog.h>

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#define MESSAGE_ID_LOST       "71df69f8ea8d4de889630e30f4d7f242"
#define MESSAGE_ID_SUPPRESSED "89a2c2aa62cb4691a9185b5418a684fa"
#define MESSAGE_ID_LEVEL      "69e1fe1b67224ee2ac8dc35b2e96f55b"
#define MESSAGE_ID_CHILD      "9258b8862001475eabd44b7f4049e9cf"

static char run_id[33];

static void setup(void)
{
	journald_start();
	(void)snprintf(run_id, sizeof(run_id), "%032lx", (long)getpid());
	ck_assert_int_eq(setenv("RUN", run_id, 1), 0);
}

static void send_number(const char *process, int sequence)
{
	ck_assert_int_eq(sd_journal_send("MESSAGE=x", "SYSLOG_IDENTIFIER=gaps", "RUN_ID=%s", run_id,
					 "PROCESS=%s", process, "PROCESS_SEQ=%d", sequence, NULL),
			 0);
}

static void send_range(const char *process, int first, int last)
{
	for (int i = first; i <= last; i++)
		send_number(process, i);
}

/* As a process of its own: the tool tells them apart by their pids. */
static pid_t as_child(void (*function)(void))
{
	const pid_t pid = fork();
	int status;

	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		function();
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	return pid;
}

static void send_child_figures(pid_t pid, const char *code, int sent, int diverted, int last)
{
	ck_assert_int_eq(
		sd_journal_send("MESSAGE=x", "MESSAGE_ID=" MESSAGE_ID_CHILD,
				"SYSLOG_IDENTIFIER=gaps", "RUN_ID=%s", run_id, "PROCESS=main",
				"MPLOG_CHILD=worker-1", "MPLOG_CHILD_PID=%ld", (long)pid,
				"MPLOG_EXIT_CODE=%s", code, "MPLOG_SENT=%d", sent, "MPLOG_LOST=0",
				"MPLOG_DIVERTED=%d", diverted, "MPLOG_LAST_SEQ=%d", last, NULL),
		0);
}

static void send_child_record(pid_t pid, const char *code, int sent, int last)
{
	send_child_figures(pid, code, sent, 0, last);
}

/* One line a process: name, records, missing, in flight, twice, its gaps. */
static void expect(int exit_status, const char *lines)
{
	char *output;

	journald_sync();
	output = shell_expect(exit_status,
			      "mplog gaps --json --run=$RUN | sed -E "
			      "'s/.*\"process\":\"([^\"]*)\",\"pid\":[0-9]+,\"records\":([0-9]+),"
			      "\"missing\":([0-9]+),\"in_flight\":([0-9]+),\"twice\":([0-9]+),.*"
			      "\"gaps\":\\[(.*)\\]\\}/\\1 \\2 \\3 \\4 \\5 \\6/; "
			      "s/\\{\"first\":([0-9]+),\"last\":([0-9]+),\"cause\":\"([^\"]*)\"\\}/"
			      "\\1-\\2 \\3/g'; mplog gaps --run=$RUN >/dev/null");
	ck_assert_str_eq(output, lines);
	free(output);
}

static void one_to_ten(void)
{
	send_range("worker-1", 1, 10);
}

START_TEST(nothing_is_missing)
{
	as_child(one_to_ten);
	send_range("main", 1, 3);
	expect(0, "worker-1 10 0 0 0 \nmain 3 0 0 0 \n");
}
END_TEST

START_TEST(gaps_that_nobody_explains)
{
	send_number("main", 2);
	send_number("main", 3);
	send_number("main", 6);
	expect(1, "main 3 3 0 0 1-1 unknown,4-5 unknown\n");
}
END_TEST

START_TEST(order_means_nothing)
{
	static const int order[] = { 3, 1, 2, 7, 6, 5 };

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		send_number("main", order[i]);
	expect(1, "main 6 1 0 0 4-4 unknown\n");
}
END_TEST

START_TEST(what_was_told_of_is_told)
{
	send_range("main", 1, 2);
	ck_assert_int_eq(sd_journal_send("MESSAGE=x", "MESSAGE_ID=" MESSAGE_ID_LOST,
					 "SYSLOG_IDENTIFIER=gaps", "RUN_ID=%s", run_id,
					 "PROCESS=main", "MPLOG_LOST=2", "MPLOG_DIVERTED=1",
					 "MPLOG_FIRST_SEQ=3", "MPLOG_LAST_SEQ=5", NULL),
			 0);
	send_range("main", 7, 8);
	expect(1, "main 4 4 0 0 3-5 told,6-6 unknown\n");
}
END_TEST

START_TEST(notices_are_no_records)
{
	send_range("main", 1, 2);
	ck_assert_int_eq(sd_journal_send("MESSAGE=x", "MESSAGE_ID=" MESSAGE_ID_LEVEL, "RUN_ID=%s",
					 run_id, "PROCESS=main", NULL),
			 0);
	ck_assert_int_eq(sd_journal_send("MESSAGE=x", "MESSAGE_ID=" MESSAGE_ID_SUPPRESSED,
					 "RUN_ID=%s", run_id, "PROCESS=main", "MPLOG_SUPPRESSED=9",
					 NULL),
			 0);
	expect(0, "main 2 0 0 0 \n");
	char *output = shell_expect(0, "mplog gaps --json --run=$RUN");
	ck_assert_ptr_nonnull(strstr(output, "\"suppressed\":9"));
	free(output);
}
END_TEST

START_TEST(the_one_in_flight_of_a_killed_process)
{
	const pid_t pid = as_child(one_to_ten);

	send_child_record(pid, "killed", 10, 11);
	expect(1, "worker-1 10 1 1 0 11-11 in flight\n");
}
END_TEST

/* It was counted as sent, and is not there. */
START_TEST(a_lost_tail_of_a_killed_process)
{
	const pid_t pid = as_child(one_to_ten);

	send_child_record(pid, "killed", 12, 13);
	expect(1, "worker-1 10 3 1 0 11-12 unknown,13-13 in flight\n");
}
END_TEST

/* Killed before it could tell of what it had diverted: its parent does. */
START_TEST(what_a_killed_process_could_not_tell)
{
	const pid_t pid = as_child(one_to_ten);

	send_child_figures(pid, "killed", 10, 5, 16);
	expect(1, "worker-1 10 6 1 0 11-15 told,16-16 in flight\n");
}
END_TEST

/* Killed after it had sent the record and before it had counted it. */
START_TEST(in_flight_and_arrived)
{
	const pid_t pid = as_child(one_to_ten);

	send_child_record(pid, "killed", 9, 10);
	expect(0, "worker-1 10 0 0 0 \n");
}
END_TEST

START_TEST(who_ended_by_itself_has_none_in_flight)
{
	const pid_t pid = as_child(one_to_ten);

	send_child_record(pid, "exited", 11, 12);
	expect(1, "worker-1 10 2 0 0 11-12 unknown\n");
}
END_TEST

START_TEST(a_child_of_which_nothing_is_there)
{
	send_range("main", 1, 1);
	send_child_record(4242, "exited", 3, 3);
	expect(1, "main 1 0 0 0 \nworker-1 0 3 0 0 1-3 unknown\n");
}
END_TEST

START_TEST(a_pid_s_second_life)
{
	send_range("worker-1", 1, 5);
	send_range("worker-2", 1, 3);
	expect(0, "worker-1 5 0 0 0 \nworker-2 3 0 0 0 \n");
}
END_TEST

START_TEST(what_came_twice_is_said)
{
	send_range("main", 1, 5);
	send_number("main", 4);
	expect(0, "main 6 0 0 1 \n");
}
END_TEST

START_TEST(numbers_that_lie_do_no_harm)
{
	ck_assert_int_eq(sd_journal_send("MESSAGE=x", "RUN_ID=%s", run_id, "PROCESS=main",
					 "PROCESS_SEQ=18446744073709551614", NULL),
			 0);
	ck_assert_int_eq(sd_journal_send("MESSAGE=x", "RUN_ID=%s", run_id, "PROCESS=a\033b",
					 "PROCESS_SEQ=-1", NULL),
			 0);
	free(shell_expect(1, "mplog gaps --run=$RUN"));
}
END_TEST

START_TEST(matches_choose)
{
	char *output;

	as_child(one_to_ten);
	send_number("main", 2);
	journald_sync();
	free(shell_expect(0, "mplog gaps --run=$RUN PROCESS=worker-1"));
	free(shell_expect(1, "mplog gaps --run=$RUN PROCESS=main"));
	free(shell_expect(1, "mplog gaps -t gaps"));
	output = shell_expect(0, "mplog gaps --run=ffffffffffffffffffffffffffffffff");
	ck_assert_str_eq(output, "0 records, 0 missing\n");
	free(output);
}
END_TEST

/* ---- Real processes, killed -------------------------------------------------------------------- */

enum { WORKERS = 8, RECORDS_BEFORE = 500 };

static _Atomic unsigned *logged;

static void log_for_ever(unsigned number)
{
	for (;;) {
		mplog_info("record");
		atomic_fetch_add(&logged[number], 1);
	}
}

static pid_t start_worker(unsigned number)
{
	char name[32];
	pid_t pid;

	(void)snprintf(name, sizeof(name), "worker-%u", number);
	pid = mplog_fork(name);
	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		log_for_ever(number);
	return pid;
}

/* Each line: records = what the board counted as sent, or one more; missing = in flight. */
START_TEST(killed_at_any_instruction)
{
	char identifier[32];
	char *output;

	(void)snprintf(identifier, sizeof(identifier), "killed-%ld", (long)getpid());
	ck_assert_int_eq(setenv("PROGRAM", identifier, 1), 0);
	logged = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(logged, MAP_FAILED);
	ck_assert_int_eq(mplog_open(identifier, "main", 0), 0);
	mplog_info("begin");
	for (unsigned i = 0; i < WORKERS; i++) {
		const pid_t pid = start_worker(i);

		while (atomic_load(&logged[i]) < RECORDS_BEFORE)
			(void)usleep(100);
		ck_assert_int_eq(kill(pid, SIGKILL), 0);
		ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	}
	journald_sync();
	output = shell_expect(0, "mplog gaps --json -t $PROGRAM | grep -c '\"process\":\"worker-'");
	ck_assert_int_eq(atoi(output), WORKERS);
	free(output);
	/* Whatever is missing was in flight, and at most one a process. */
	output = shell_expect(
		0, "mplog gaps --json -t $PROGRAM | grep -v '\"missing\":0,\"in_flight\":0' | "
		   "grep -v '\"missing\":1,\"in_flight\":1' || :");
	ck_assert_str_eq(output, "");
	free(output);
	mplog_close();
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("gaps");
	Suite *suite = suite_create("gaps");

	tcase_set_timeout(tcase, 120);
	tcase_add_checked_fixture(tcase, setup, NULL);
	tcase_add_test(tcase, nothing_is_missing);
	tcase_add_test(tcase, gaps_that_nobody_explains);
	tcase_add_test(tcase, order_means_nothing);
	tcase_add_test(tcase, what_was_told_of_is_told);
	tcase_add_test(tcase, notices_are_no_records);
	tcase_add_test(tcase, the_one_in_flight_of_a_killed_process);
	tcase_add_test(tcase, a_lost_tail_of_a_killed_process);
	tcase_add_test(tcase, what_a_killed_process_could_not_tell);
	tcase_add_test(tcase, in_flight_and_arrived);
	tcase_add_test(tcase, who_ended_by_itself_has_none_in_flight);
	tcase_add_test(tcase, a_child_of_which_nothing_is_there);
	tcase_add_test(tcase, a_pid_s_second_life);
	tcase_add_test(tcase, what_came_twice_is_said);
	tcase_add_test(tcase, numbers_that_lie_do_no_harm);
	tcase_add_test(tcase, matches_choose);
	tcase_add_test(tcase, killed_at_any_instruction);
	suite_add_tcase(suite, tcase);

	return suite_run(suite);
}
