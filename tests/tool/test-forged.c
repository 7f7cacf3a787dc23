/* SPDX-License-Identifier: MIT */
/* Other users of the machine, who can make boards and records that look like anybody's: root writes
 * nothing under a name that they chose, whose they are is shown, and they explain no gap but their own. */
#include "lib/journald.h"
#include "lib/shell.h"
#include "lib/stranger.h"
#include "lib/suite.h"

#include "board/layout.h"

#include <mplog.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <systemd/sd-journal.h>
#include <time.h>
#include <unistd.h>

#define MESSAGE_ID_LOST "71df69f8ea8d4de889630e30f4d7f242"

/* ---- They are not believed -------------------------------------------------------------------- */

/* What root does to a stranger's board is told under the command's own name. */
START_TEST(no_record_of_root_s_under_their_name)
{
	start_stranger(&(struct claim){ .identifier = "forged-name", .run_id = some_run_id });
	free(shell_expect(0, "mplog level -t forged-name worker-1 debug 2>&1"));
	ck_assert_uint_eq(journal_count("SYSLOG_IDENTIFIER=forged-name", "_UID=0", NULL), 0);
	ck_assert_uint_ge(journal_count("SYSLOG_IDENTIFIER=mplog", "_UID=0",
					"MESSAGE_ID=69e1fe1b67224ee2ac8dc35b2e96f55b", NULL),
			  1);
}
END_TEST

START_TEST(whose_they_are_is_shown)
{
	char *output;

	start_stranger(&(struct claim){ .identifier = honest_program, .run_id = some_run_id });
	output = shell_expect(0, "mplog ps -t $PROGRAM");
	expect_has(output, "nobody");
	free(output);
	output = shell_expect(0, "mplog ps --json -t $PROGRAM");
	expect_has(output, "65534");
	free(output);
}
END_TEST

/* ---- Gaps ------------------------------------------------------------------------------------- */

static char run_id[33];

/* A process of root's, whose numbers 3 and 4 are nowhere. */
static pid_t leave_gap(void)
{
	int status;
	pid_t pid;

	(void)snprintf(run_id, sizeof(run_id), "%032lx", (long)getpid());
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		static const int numbers[] = { 1, 2, 5 };

		for (int i = 0; i < 3; i++)
			if (sd_journal_send("MESSAGE=x", "SYSLOG_IDENTIFIER=%s", honest_program,
					    "RUN_ID=%s", run_id, "PROCESS=worker-1",
					    "PROCESS_SEQ=%d", numbers[i], NULL) < 0)
				_exit(1);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	journald_sync();
	return pid;
}

/* Without the complaints about boards: other tests of the machine have invalid ones at the same time. */
static char *gaps(void)
{
	int status;
	char *const output = shell(&status,
				   "{ mplog gaps --json --run=%s 2>&1; echo exit $?; } |"
				   "grep -v '^mplog: process [0-9]*: '",
				   run_id);

	ck_assert_int_eq(status, 0);
	return output;
}

static void expect_same(char *before)
{
	char *const after = gaps();

	expect_has(before, "exit 1\n");
	ck_assert_str_eq(after, before);
	free(after);
	free(before);
}

START_TEST(their_boards_explain_nothing)
{
	const pid_t pid = leave_gap();
	char *const before = gaps();

	start_stranger(&(struct claim){ .identifier = honest_program,
					.run_id = run_id,
					.pid = pid,
					.lost = 2,
					.sent = 3,
					.last = 5 });
	expect_same(before);
}
END_TEST

START_TEST(their_boards_invent_nothing)
{
	const pid_t pid = leave_gap();
	char *const before = gaps();

	start_stranger(&(struct claim){ .identifier = honest_program,
					.run_id = run_id,
					.pid = pid,
					.lost = UINT64_MAX - 7,
					.sent = UINT64_MAX,
					.last = UINT64_MAX - 1 });
	expect_same(before);
}
END_TEST

/* A notice of records lost, under the name of the process, but from another user. */
START_TEST(their_notices_explain_nothing)
{
	const pid_t pid = leave_gap();
	char *const before = gaps();
	pid_t liar = fork();
	int status;

	if (liar == 0) {
		if (become_nobody() ||
		    sd_journal_send("MESSAGE=x", "MESSAGE_ID=" MESSAGE_ID_LOST,
				    "SYSLOG_IDENTIFIER=%s", honest_program, "RUN_ID=%s", run_id,
				    "PROCESS=worker-1", "SYSLOG_PID=%ld", (long)pid, "MPLOG_LOST=2",
				    "MPLOG_DIVERTED=0", "MPLOG_FIRST_SEQ=3", "MPLOG_LAST_SEQ=4",
				    NULL) < 0 ||
		    sd_journal_send("MESSAGE=x", "MESSAGE_ID=9258b8862001475eabd44b7f4049e9cf",
				    "SYSLOG_IDENTIFIER=%s", honest_program, "RUN_ID=%s", run_id,
				    "PROCESS=main", "MPLOG_CHILD=worker-1", "MPLOG_CHILD_PID=%ld",
				    (long)pid, "MPLOG_EXIT_CODE=killed", "MPLOG_SENT=3",
				    "MPLOG_LOST=2", "MPLOG_DIVERTED=0", "MPLOG_LAST_SEQ=5",
				    NULL) < 0)
			_exit(1);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(liar, &status, 0), liar);
	ck_assert_msg(status == 0, "no stranger");
	journald_sync();
	expect_same(before);
}
END_TEST

/* ---- Timelines -------------------------------------------------------------------------------- */

enum { MANY_CHANGES = 300 };

static int change_level(const char *text)
{
	return sd_journal_send("MESSAGE=%s", text, "MESSAGE_ID=69e1fe1b67224ee2ac8dc35b2e96f55b",
			       "SYSLOG_IDENTIFIER=mplog", "PROCESS=mplog", "RUN_ID=%s", run_id,
			       "MPLOG_IDENTIFIER=%s", honest_program, "MPLOG_PATTERN=worker-*",
			       "MPLOG_LEVEL=debug", NULL);
}

static void say(void)
{
	ck_assert_int_eq(sd_journal_send("MESSAGE=x", "SYSLOG_IDENTIFIER=%s", honest_program,
					 "RUN_ID=%s", run_id, "PROCESS=worker-2", NULL),
			 0);
}

/* However many they are. */
START_TEST(their_level_changes_are_not_drawn)
{
	pid_t liar;
	char *output;
	int status;

	(void)leave_gap();
	say();
	liar = fork();
	if (liar == 0) {
		if (become_nobody())
			_exit(1);
		for (int i = 0; i < MANY_CHANGES; i++)
			if (change_level("A lie") < 0)
				_exit(2);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(liar, &status, 0), liar);
	ck_assert_msg(status == 0, "no stranger");
	ck_assert_int_eq(change_level("The truth"), 0);
	say();
	journald_sync();
	output = shell_expect(0, "mplog timeline --run=%s", run_id);
	ck_assert_ptr_null(strstr(output, "A lie"));
	ck_assert_ptr_nonnull(strstr(output, "The truth"));
	free(output);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("forged");
	TCase *tcase = suite_case(suite, "forged", honest_setup, honest_teardown);

	if (privileges_are_root_s()) {
		tcase_add_test(tcase, no_record_of_root_s_under_their_name);
		tcase_add_test(tcase, whose_they_are_is_shown);
		tcase_add_test(tcase, their_boards_explain_nothing);
		tcase_add_test(tcase, their_boards_invent_nothing);
		tcase_add_test(tcase, their_notices_explain_nothing);
		tcase_add_test(tcase, their_level_changes_are_not_drawn);
	}
	return suite_run(suite);
}
