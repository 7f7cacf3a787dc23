/* SPDX-License-Identifier: MIT */
/* mplog gaps, against records that are made up. */
#include "lib/child.h"
#include "lib/faults.h"
#include "lib/journald.h"
#include "lib/shell.h"
#include "lib/suite.h"

#include <mplog.h>

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <systemd/sd-journal.h>
#include <time.h>
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

/* In a process of its own: the tool distinguishes them by their pids. */
static pid_t as_child(void (*function)(void))
{
	return child_run(fork(), function);
}

/* What the library itself says of a process. */
static void send_lost(int lost, int diverted, int first, int last)
{
	ck_assert_int_eq(sd_journal_send("MESSAGE=x", "MESSAGE_ID=" MESSAGE_ID_LOST,
					 "SYSLOG_IDENTIFIER=gaps", "RUN_ID=%s", run_id,
					 "PROCESS=main", "MPLOG_LOST=%d", lost, "MPLOG_DIVERTED=%d",
					 diverted, "MPLOG_FIRST_SEQ=%d", first, "MPLOG_LAST_SEQ=%d",
					 last, NULL),
			 0);
}

struct end {
	const char *code;
	int sent, diverted, last;
	uint64_t since_us; /* 0: unknown */
};

static void send_end(pid_t pid, struct end end)
{
	ck_assert_int_eq(sd_journal_send("MESSAGE=x", "MESSAGE_ID=" MESSAGE_ID_CHILD,
					 "SYSLOG_IDENTIFIER=gaps", "RUN_ID=%s", run_id,
					 "PROCESS=main", "MPLOG_CHILD=worker-1",
					 "MPLOG_CHILD_PID=%ld", (long)pid, "MPLOG_EXIT_CODE=%s",
					 end.code, "MPLOG_SENT=%d", end.sent, "MPLOG_LOST=0",
					 "MPLOG_DIVERTED=%d", end.diverted, "MPLOG_LAST_SEQ=%d",
					 end.last, "MPLOG_SINCE=%llu",
					 (unsigned long long)end.since_us, NULL),
			 0);
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

/* The run's first record is there: the journal does not begin later. */
static void begin_run(void)
{
	send_number("init", 1);
}

START_TEST(gaps_without_a_cause)
{
	as_child(begin_run);
	send_number("main", 2);
	send_number("main", 3);
	send_number("main", 6);
	expect(1, "init 1 0 0 0 \nmain 3 3 0 0 1-1 unknown,4-5 unknown\n");
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

START_TEST(what_was_reported_is_accounted_for)
{
	send_range("main", 1, 2);
	send_lost(2, 1, 3, 5);
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

	send_end(pid, (struct end){ "killed", .sent = 10, .last = 11 });
	expect(1, "worker-1 10 1 1 0 11-11 in flight\n");
}
END_TEST

/* It was counted as sent, and is not there. */
START_TEST(a_lost_tail_of_a_killed_process)
{
	const pid_t pid = as_child(one_to_ten);

	send_end(pid, (struct end){ "killed", .sent = 12, .last = 13 });
	expect(1, "worker-1 10 3 1 0 11-12 unknown,13-13 in flight\n");
}
END_TEST

/* A killed process did not report what it had diverted: its parent does. */
START_TEST(what_a_killed_process_could_not_report)
{
	const pid_t pid = as_child(one_to_ten);

	send_end(pid, (struct end){ "killed", .sent = 10, .diverted = 5, .last = 16 });
	expect(1, "worker-1 10 6 1 0 11-15 told,16-16 in flight\n");
}
END_TEST

/* ---- A journal that begins later ------------------------------------------------------------- */

static uint64_t now_us(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

START_TEST(a_run_that_may_be_older_than_the_journal)
{
	send_range("main", 42, 44);
	send_number("main", 46);
	expect(1, "main 4 1 0 0 1-41 before,45-45 unknown\n");
	char *output = shell_expect(1, "mplog gaps --run=$RUN");
	ck_assert_ptr_nonnull(strstr(output, "1-41 (before the journal begins), 45 (unaccounted"));
	ck_assert_ptr_nonnull(
		strstr(output, "\n4 records, 1 missing: 1 unaccounted for; 41 before the journal"));
	free(output);
}
END_TEST

static void five_to_seven(void)
{
	send_range("worker-1", 5, 7);
}

static void send_end_since(pid_t pid, uint64_t since_us)
{
	send_end(pid, (struct end){ "exited", .sent = 7, .last = 7, .since_us = since_us });
}

/* Its parent knows when it began: the journal was there then, or it was not. */
START_TEST(a_child_that_is_older_than_the_journal)
{
	send_end_since(as_child(five_to_seven), 1);
	expect(0, "worker-1 3 0 0 0 1-4 before\n");
}
END_TEST

START_TEST(a_child_that_is_younger_than_the_journal)
{
	send_end_since(as_child(five_to_seven), now_us());
	expect(1, "worker-1 3 4 0 0 1-4 unknown\n");
}
END_TEST

START_TEST(a_program_that_goes_on_when_old_files_are_deleted)
{
	char *output;

	ck_assert_int_eq(mplog_open("gaps-vacuum", "main", 0), 0);
	for (int i = 0; i < 10; i++)
		ck_assert_int_eq(mplog_info("before"), 0);
	journald_sync();
	shell_run(0, "journalctl -q --rotate && journalctl -q --vacuum-time=1us");
	for (int i = 0; i < 5; i++)
		ck_assert_int_eq(mplog_info("after"), 0);
	journald_sync();
	output = shell_expect(0, "mplog gaps -t gaps-vacuum");
	ck_assert_ptr_nonnull(strstr(output, "1-10 (before the journal begins)"));
	ck_assert_ptr_nonnull(strstr(output, "\n5 records, 0 missing; 10 before the journal"));
	free(output);
	mplog_close();
}
END_TEST

START_TEST(what_was_lost_at_the_beginning_is_accounted_for)
{
	send_lost(3, 0, 1, 3);
	send_range("main", 4, 6);
	expect(1, "main 3 3 0 0 1-3 told\n");
}
END_TEST

/* ---- Who was killed ------------------------------------------------------------------------- */

/* Killed after it had sent the record and before it had counted it. */
START_TEST(in_flight_and_arrived)
{
	const pid_t pid = as_child(one_to_ten);

	send_end(pid, (struct end){ "killed", .sent = 9, .last = 10 });
	expect(0, "worker-1 10 0 0 0 \n");
}
END_TEST

START_TEST(an_orderly_end_has_none_in_flight)
{
	const pid_t pid = as_child(one_to_ten);

	send_end(pid, (struct end){ "exited", .sent = 11, .last = 12 });
	expect(1, "worker-1 10 2 0 0 11-12 unknown\n");
}
END_TEST

START_TEST(a_child_of_which_nothing_is_there)
{
	send_range("main", 1, 1);
	send_end(4242, (struct end){ "exited", .sent = 3, .last = 3 });
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

/* Nor does it need its first record for that, once the end of the former process is reported. */
static void one_to_three_twice(void)
{
	send_range("worker-1", 1, 3);
	send_end(getpid(), (struct end){ "exited", .sent = 3, .last = 3 });
	send_range("worker-1", 2, 3);
}

START_TEST(a_second_life_without_a_first_record)
{
	as_child(begin_run);
	as_child(one_to_three_twice);
	expect(1, "init 1 0 0 0 \nworker-1 3 0 0 0 \nworker-1 2 1 0 0 1-1 unknown\n");
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
	as_child(begin_run);
	ck_assert_int_eq(sd_journal_send("MESSAGE=x", "RUN_ID=%s", run_id, "PROCESS=main",
					 "PROCESS_SEQ=18446744073709551614", NULL),
			 0);
	ck_assert_int_eq(sd_journal_send("MESSAGE=x", "RUN_ID=%s", run_id, "PROCESS=a\033b",
					 "PROCESS_SEQ=-1", NULL),
			 0);
	journald_sync();
	shell_run(1, "mplog gaps --run=$RUN");
}
END_TEST

static long long *since_s;

/* Numbers 4 and 5 go elsewhere and are reported; once journald has all that, in a later second, 9 is
 * missing. */
static void lose_and_go_on(void)
{
	send_range("worker-1", 1, 3);
	send_lost(0, 2, 4, 5);
	send_number("worker-1", 6);
	journald_sync();
	*since_s = (long long)(now_us() / 1000000) + 1;
	while ((long long)(now_us() / 1000000) < *since_s)
		(void)usleep(1000);
	send_range("worker-1", 7, 8);
	send_number("worker-1", 10);
}

/* What was reported before --since explains nothing that is missing later. */
START_TEST(losses_of_former_times_explain_nothing)
{
	char *output;

	as_child(begin_run);
	since_s = faults_share(sizeof(*since_s));
	send_end(as_child(lose_and_go_on),
		 (struct end){ "exited", .sent = 8, .diverted = 2, .last = 10 });
	journald_sync();
	output = shell_expect(0, "mplog gaps --json --run=$RUN --since=@%lld | grep worker-1",
			      *since_s);
	ck_assert_msg(strstr(output, "{\"first\":9,\"last\":9,\"cause\":\"unknown\"}") != NULL,
		      "%s", output);
	ck_assert_msg(strstr(output, "\"diverted\":0") != NULL, "%s", output);
	free(output);
}
END_TEST

START_TEST(a_journal_that_cannot_be_read_has_no_answer)
{
	char *output =
		shell_expect(2, "d=$(mktemp -d); mplog gaps -D $d 2>&1; r=$?; rmdir $d; exit $r");

	ck_assert_ptr_nonnull(strstr(output, ": there is no journal file\n"));
	free(output);
}
END_TEST

/* Records that journald took before its socket gave it their senders: they are no process of their own, nor
 * root's. Of the process 20 a thread sent one, and a liar says that it lost others. */
static const char anonymous[] =
	"record() {\n"
	"  n=$((n + 1)); at=$((1795343472280000 + n * 1000000))\n"
	"  printf '__REALTIME_TIMESTAMP=%d\\n__MONOTONIC_TIMESTAMP=%d\\n' $at $((70000000 + n))\n"
	"  printf '_BOOT_ID=4f1e2d3c4b5a69788796a5b4c3d2e1f0\\nSYSLOG_IDENTIFIER=gaps\\n'\n"
	"  printf \"MESSAGE=x\\nPRIORITY=6\\nRUN_ID=$RUN\\nPROCESS=$1\\nTID=$2\\n$3\\n\"\n"
	"  [ -z \"$4\" ] || printf \"_PID=$4\\n_UID=1000\\n\"\n"
	"  printf '\\n'\n"
	"}\n"
	"n=0; {\n"
	"record main 10 PROCESS_SEQ=1\n"
	"record main 10 PROCESS_SEQ=2 10\n"
	"record worker-1 20 PROCESS_SEQ=1 20\n"
	"record task 20 PROCESS_SEQ=2\n"
	"record worker-1 21 PROCESS_SEQ=3\n"
	"record worker-1 20 PROCESS_SEQ=4 20\n"
	"record worker-1 20 PROCESS_SEQ=7 20\n"
	"record worker-1 20 'MESSAGE_ID=" MESSAGE_ID_LOST "\\nMPLOG_LOST=2'\n"
	"} >records\n"
	"PATH=$PATH:/lib/systemd:/usr/lib/systemd systemd-journal-remote -o a.journal records >&2\n";

START_TEST(records_without_senders)
{
	char *output;

	output = shell_expect(1,
			      "d=$(mktemp -d); cd $d\n%s"
			      "mplog timeline -D . --run=$RUN --output=svg >a.svg\n"
			      "grep -o 'class=\"lane\"' a.svg | wc -l\n"
			      "mplog gaps -D . --run=$RUN --raw --noheadings "
			      "-o process,pid,records,missing,lost\n"
			      "status=$?; rm -r $d; exit $status",
			      anonymous);
	ck_assert_str_eq(output, "3\nmain 10 2 0 0\nworker-1 20 5 2 0\n");
	free(output);
}
END_TEST

START_TEST(matches_choose)
{
	char *output;

	as_child(one_to_ten);
	send_number("main", 1);
	send_number("main", 3);
	journald_sync();
	shell_run(0, "mplog gaps --run=$RUN PROCESS=worker-1");
	shell_run(1, "mplog gaps --run=$RUN PROCESS=main");
	shell_run(1, "mplog gaps -t gaps");
	/* Other tests of the machine may have invalid boards at the same time. */
	output = shell_expect(1, "said=$(mplog gaps --run=ffffffffffffffffffffffffffffffff 2>&1)\n"
				 "r=$?\n"
				 "echo \"$said\" | grep -v '^mplog: process [0-9]*: '\n"
				 "exit $r");
	ck_assert_str_eq(output, "mplog: gaps: the journal has no record of run "
				 "ffffffffffffffffffffffffffffffff\n");
	free(output);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("gaps");
	TCase *tcase = suite_case(suite, "gaps", setup, NULL);

	tcase_add_test(tcase, nothing_is_missing);
	tcase_add_test(tcase, gaps_without_a_cause);
	tcase_add_test(tcase, order_means_nothing);
	tcase_add_test(tcase, what_was_reported_is_accounted_for);
	tcase_add_test(tcase, notices_are_no_records);
	tcase_add_test(tcase, the_one_in_flight_of_a_killed_process);
	tcase_add_test(tcase, a_lost_tail_of_a_killed_process);
	tcase_add_test(tcase, what_a_killed_process_could_not_report);
	tcase_add_test(tcase, a_run_that_may_be_older_than_the_journal);
	tcase_add_test(tcase, a_child_that_is_older_than_the_journal);
	tcase_add_test(tcase, a_child_that_is_younger_than_the_journal);
	tcase_add_test(tcase, a_program_that_goes_on_when_old_files_are_deleted);
	tcase_add_test(tcase, what_was_lost_at_the_beginning_is_accounted_for);
	tcase_add_test(tcase, in_flight_and_arrived);
	tcase_add_test(tcase, an_orderly_end_has_none_in_flight);
	tcase_add_test(tcase, a_child_of_which_nothing_is_there);
	tcase_add_test(tcase, a_pid_s_second_life);
	tcase_add_test(tcase, a_second_life_without_a_first_record);
	tcase_add_test(tcase, what_came_twice_is_said);
	tcase_add_test(tcase, numbers_that_lie_do_no_harm);
	tcase_add_test(tcase, losses_of_former_times_explain_nothing);
	tcase_add_test(tcase, a_journal_that_cannot_be_read_has_no_answer);
	tcase_add_test(tcase, records_without_senders);
	tcase_add_test(tcase, matches_choose);
	return suite_run(suite);
}
