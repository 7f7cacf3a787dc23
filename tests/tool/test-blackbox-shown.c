/* SPDX-License-Identifier: MIT */
/* mplog blackbox shows and sends what a process has kept, alive and dead; mplog tail shows in its place
 * what was dumped, and mplog gaps misses none of it. */
#include "lib/board-map.h"
#include "lib/family.h"
#include "lib/shell.h"
#include "lib/suite.h"

#include <signal.h>

static const char configuration[] =
	"defaults = { level = \"info\"; blackbox = { level = \"debug\"; }; };\n";

enum { KEPT = 3 };

static void keep(void)
{
	for (int i = 1; i <= KEPT; i++)
		(void)mplog_event(MPLOG_DEBUG, MPLOG_FIELDS(MPLOG_F("N", i)), "step %d", i);
}

/* Starts a worker, which waits for its end. */
static pid_t start_worker(void)
{
	int ready[2];
	char byte;
	pid_t pid;

	ck_assert_int_eq(pipe(ready), 0);
	pid = mplog_fork("worker-1");
	if (pid == 0) {
		(void)close(ready[0]);
		keep();
		(void)close(ready[1]);
		for (;;)
			(void)pause();
	}
	(void)close(ready[1]);
	ck_assert_int_eq(read(ready[0], &byte, 1), 0);
	(void)close(ready[0]);
	return pid;
}

static void kill_worker(pid_t pid)
{
	siginfo_t info;

	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	ck_assert_int_eq(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
}

static size_t dumped(const char *identifier)
{
	char match[80];

	(void)snprintf(match, sizeof(match), "SYSLOG_IDENTIFIER=%s", identifier);
	return journal_count(match, "MPLOG_BLACKBOX=1", NULL);
}

/* Of a living process, and (_i) of a dead one that no process of the program has noticed. */
START_TEST(shown_and_sent_once)
{
	const char *const identifier = shell_program(_i ? "shown-dead" : "shown-alive");
	char *output;
	pid_t pid;

	family_open(identifier, configuration);
	pid = start_worker();
	if (_i)
		kill_worker(pid);
	output = shell_expect(0, "mplog blackbox -t %s worker-1 | cut -d ' ' -f 3-", identifier);
	for (int i = 1; i <= KEPT; i++) {
		char line[128];

		(void)snprintf(line, sizeof(line), "%s worker-1 debug*  process=worker-1 step %d\n",
			       identifier, i);
		ck_assert_msg(strstr(output, line) != NULL, "%s", output);
	}
	free(output);
	output = shell_expect(0, "mplog blackbox --json -t %s %d | tail -n 1", identifier, pid);
	ck_assert_ptr_nonnull(strstr(output, "\"PROCESS\":\"worker-1\""));
	ck_assert_ptr_nonnull(strstr(output, "\"N\":\"3\""));
	ck_assert_ptr_nonnull(strstr(output, "\"CODE_FUNC\":\"keep\""));
	ck_assert_ptr_nonnull(strstr(output, "\"MESSAGE\":\"process=worker-1 step 3\""));
	free(output);
	ck_assert_uint_eq(dumped(identifier), 0);
	output = shell_expect(0, "mplog blackbox --send -t %s 'worker-*'", identifier);
	ck_assert_msg(strstr(output, "3 records sent") != NULL, "%s", output);
	free(output);
	output = shell_expect(0, "mplog blackbox --send -t %s 'worker-*'", identifier);
	ck_assert_msg(strstr(output, "0 records sent") != NULL, "%s", output);
	free(output);
	if (!_i)
		kill_worker(pid);
	ck_assert_int_eq(mplog_reap(pid, NULL), 0);
	(void)child_status(pid);
	mplog_close();
	ck_assert_uint_eq(dumped(identifier), KEPT);
}
END_TEST

/* Any process of the program may write anything for a name. */
START_TEST(names_drive_no_terminal)
{
	static const char *const options[] = { "", "--json", "--send" };
	struct board *board;
	pid_t pid;

	family_open("shown-odd", configuration);
	pid = start_worker();
	board = board_map();
	ck_assert_ptr_nonnull(board);
	(void)strcpy(board_map_slot(board, pid)->name, "a\033[2Jb\rc\xff");
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		char *const output =
			shell_expect(0, "mplog blackbox %s -t shown-odd %d", options[i], pid);

		ck_assert_msg(!strpbrk(output, "\033\r\xff"), "%s: %s", options[i], output);
		free(output);
	}
	kill_worker(pid);
	(void)child_status(pid);
	mplog_close();
}
END_TEST

START_TEST(nothing_to_show)
{
	family_open("shown-none", configuration);
	shell_run(1, "mplog blackbox -t shown-none main 2>none-$$ && exit 9;"
		     " r=$?; grep -q 'no black box' none-$$ || r=8; rm none-$$; exit $r");
	shell_run(1, "mplog blackbox -t shown-none absent 2>/dev/null");
	shell_run(2, "mplog blackbox 2>/dev/null");
	shell_run(2, "mplog blackbox --send --json main 2>/dev/null");
	mplog_close();
}
END_TEST

START_TEST(tail_shows_it_in_its_place_and_gaps_does_not_count_it)
{
	char *output;
	pid_t pid;

	family_open("placed", configuration);
	pid = start_worker();
	(void)mplog_info("after it");
	kill_worker(pid);
	ck_assert_int_eq(mplog_reap(pid, NULL), 0);
	(void)child_status(pid);
	mplog_close();
	journald_sync();
	output = shell_expect(0, "mplog tail -t placed --output=cat -n all | head -n 4");
	ck_assert_str_eq(output, "process=worker-1 step 1\nprocess=worker-1 step 2\n"
				 "process=worker-1 step 3\nprocess=main after it\n");
	free(output);
	output = shell_expect(0, "mplog tail -t placed -n all worker-1 | grep -c ' debug\\* '");
	ck_assert_str_eq(output, "3\n");
	free(output);
	output = shell_expect(0, "LC_ALL=C COLUMNS=80 mplog tail --lanes -t placed -n all | "
				 "cut -c 14- | head -n 5");
	ck_assert_str_eq(output, "worker-1                         main\n"
				 "o step 1\n"
				 "o step 2\n"
				 "o step 3\n"
				 "|                                * after it\n");
	free(output);
	output = shell_expect(0, "LC_ALL=C.UTF-8 mplog tail --lanes -t placed -n all worker-1 | "
				 "grep -c '\u25cb step'");
	ck_assert_str_eq(output, "3\n");
	free(output);
	output = shell_expect(0, "mplog gaps -t placed | tail -n 1");
	ck_assert_str_eq(output, "1 records, 0 missing\n");
	free(output);
}
END_TEST

/* Runs as the command: its only process is killed, or ends by itself. */
static int run_command(const char *end)
{
	if (mplog_open("boxed", NULL, 0) < 0)
		return 1;
	keep();
	if (strcmp(end, "killed") == 0)
		(void)raise(SIGKILL);
	_exit(0);
}

START_TEST(exec_dumps_for_its_command)
{
	char program[256] = "", match[64];
	const char *const end = _i ? "killed" : "ended";

	ck_assert_int_gt(readlink("/proc/self/exe", program, sizeof(program) - 1), 0);
	shell_run(_i ? 137 : 0, "MPLOG_BLACKBOX=debug mplog exec -t boxed exec-%s -- %s %s", end,
		  program, end);
	(void)snprintf(match, sizeof(match), "PROCESS=exec-%s", end);
	ck_assert_uint_eq(journal_count("SYSLOG_IDENTIFIER=boxed", match, "MPLOG_BLACKBOX=1", NULL),
			  _i ? KEPT : 0);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("blackbox-shown");
	TCase *tcase = suite_case(suite, "blackbox-shown", journald_start, NULL);

	if (argc == 2)
		return run_command(argv[1]);
	tcase_add_loop_test(tcase, exec_dumps_for_its_command, 0, 2);
	tcase_add_loop_test(tcase, shown_and_sent_once, 0, 2);
	tcase_add_test(tcase, names_drive_no_terminal);
	tcase_add_test(tcase, nothing_to_show);
	tcase_add_test(tcase, tail_shows_it_in_its_place_and_gaps_does_not_count_it);
	return suite_run(suite);
}
