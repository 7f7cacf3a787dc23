/* SPDX-License-Identifier: MIT */
/* mplog tail: what is shown, to the letter, of a journal that is always the same; and of a real one
 * what comes. */

#include "lib/child.h"
#include "lib/journald.h"
#include "lib/shell.h"
#include "lib/suite.h"

#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

/* tests/data/tail.export as journal files. */
static void setup(void)
{
	ck_assert_int_eq(setenv("TZ", "UTC", 1), 0);
	ck_assert_int_eq(setenv("LC_ALL", "C.UTF-8", 1), 0);
	ck_assert_int_eq(setenv("TERM", "xterm-256color", 1), 0);
	ck_assert_int_eq(unsetenv("COLUMNS"), 0);
	shell_run(0, "rm -rf tail-journal && mkdir tail-journal && "
		     "PATH=$PATH:/lib/systemd:/usr/lib/systemd systemd-journal-remote "
		     "-o tail-journal/alpha.journal $top_srcdir/tests/data/tail.export 2>&1");
}

static void teardown(void)
{
	shell_run(0, "rm -rf tail-journal");
}

static void check(const char *arguments, const char *expected)
{
	char *const output = shell_expect(0, "mplog tail -D tail-journal %s", arguments);

	ck_assert_str_eq(output, expected);
	free(output);
}

static void check_lines(const char *arguments, int lines)
{
	char *const output =
		shell_expect(0, "mplog tail -D tail-journal --output=json %s | wc -l", arguments);

	ck_assert_msg(atoi(output) == lines, "%s: %s", arguments, output);
	free(output);
}

static void check_on_terminal(const char *script, const char *expected)
{
	char *const output = shell_on_terminal("%s", script);

	ck_assert_str_eq(output, expected);
	free(output);
}

START_TEST(columns)
{
	check("-n 6",
	      "2026-11-22 09:25:11,384 mplog-demo main     info    process=main Process 1 (pid 7) "
	      "ended: 2 records, 2 sent\n"
	      "2026-11-22 09:25:11,385 mplog-demo main     info    process=main Done.\n"
	      "2026-11-22 09:26:11,280 ingestd    worker-1 notice  process=worker-1 gr\u00fc\u00df\n"
	      "2026-11-22 09:26:11,780 ingestd    worker-2 warning process=worker-2 first\n"
	      "                                                      second\n"
	      "2026-11-22 09:26:12,280 ingestd    worker-2 err     process=worker-2 "
	      "\\e[2J\\a\\xff\n"
	      "2026-11-22 10:26:12,280 ingestd    db-main  crit    process=db-main gone\n");
}
END_TEST

START_TEST(differences_in_time)
{
	check("-t mplog-demo --delta 1 main",
	      "2026-11-22 09:25:11,280 +  0.000000 main info    process=main Starting ...\n"
	      "2026-11-22 09:25:11,281 +  0.001000 1    debug   process=1 Running process: 1 ...\n"
	      "2026-11-22 09:25:11,381 +  0.100000 1    debug   process=1 Done.\n"
	      "2026-11-22 09:25:11,384 +  0.003000 main info    process=main Process 1 (pid 7) "
	      "ended: 2 records, 2 sent\n"
	      "2026-11-22 09:25:11,385 +  0.001000 main info    process=main Done.\n");
}
END_TEST

START_TEST(globs)
{
	check("--output=cat -n 4 '[12]' 3",
	      "process=3 Running process: 3 ...\nprocess=1 Done.\nprocess=2 Done.\n"
	      "process=3 Done.\n");
	check("--output=cat 'worker-*' -p err", "process=worker-2 \x1b[2J\a\xff\n");
	check_lines("-n all '*'", 13);
	check_lines("-n all", 13);
	check_lines("-n all '*-*'", 4);
	check_lines("-n all '?' main", 9);
	check_lines("-n all 'db-*' worker-1", 2);
}
END_TEST

START_TEST(what_is_asked_for)
{
	check_lines("", 10);
	check_lines("-n 3", 3);
	check_lines("-n 0", 0);
	check_lines("-n all -t ingestd", 4);
	check_lines("-n all -p info -t mplog-demo", 3);
	check_lines("--run=00000000000000000000000000000001", 9);
	check_lines("--since='2026-11-22 09:26'", 4);
	check_lines("--since='2026-11-22 09:26' -n 1", 1);
	check_lines("--since='2026-11-22 09:26' -n 100", 4);
	check_lines("--since=@1795339572 'worker-*' db-main", 2);
}
END_TEST

START_TEST(nothing_found_is_a_status_and_a_hint)
{
	char *const output = shell_expect(1, "mplog tail -D tail-journal wroker-1 2>&1");

	ck_assert_str_eq(output,
			 "mplog: no process of that name has logged; did you mean \"worker-1\"?\n");
	free(output);
	shell_run(1, "mplog tail -D tail-journal -t absent");
	shell_run(2, "mplog tail -p loud 2>&1");
	shell_run(2, "mplog tail --since=soon 2>&1");
	shell_run(2, "mplog tail --output=xml 2>&1");
	shell_run(2, "mplog tail -n many 2>&1");
	shell_run(2, "mplog tail '[' 2>&1");
	shell_run(2, "mplog tail --lanes --output=json 2>&1");
	shell_run(2, "mplog tail -D /nonexistent 2>&1");
}
END_TEST

START_TEST(json)
{
	char *const output = shell_expect(
		0,
		"mplog tail -D tail-journal --output=json 'worker-*' | sed 's/\"__CURSOR[^,]*,//'");

	ck_assert_ptr_nonnull(strstr(output, "{\"__REALTIME_TIMESTAMP\":\"1795339571280000\","));
	ck_assert_ptr_nonnull(strstr(output, "\"TWICE\":[\"a\",\"b\"]"));
	ck_assert_ptr_nonnull(strstr(output, "\"MESSAGE\":\"process=worker-1 gr\u00fc\u00df\""));
	ck_assert_ptr_nonnull(strstr(output, "\"MESSAGE\":\"process=worker-2 first\\n  second\""));
	ck_assert_ptr_nonnull(strstr(output, ",45,50,32,27,91,50,74,7,255]"));
	free(output);
}
END_TEST

START_TEST(lanes)
{
	check("-t mplog-demo --lanes",
	      "2026-11-22   main            1               2               3\n"
	      "09:25:11,280 \u25cf Starting ...\n"
	      "09:25:11,281 \u2502               \u25cf Running\n"
	      "             \u2502               \u2502 process: 1\n"
	      "             \u2502               \u2502 ...\n"
	      "09:25:11,281 \u2502               \u2502               \u25cf Running\n"
	      "             \u2502               \u2502               \u2502 process: 2\n"
	      "             \u2502               \u2502               \u2502 ...\n"
	      "09:25:11,282 \u2502               \u2502               \u2502               "
	      "\u25cf Running\n"
	      "             \u2502               \u2502               \u2502               "
	      "\u2502 process: 3\n"
	      "             \u2502               \u2502               \u2502               \u2502 ...\n"
	      "09:25:11,381 \u2502               \u25cf Done.         \u2502               \u2502\n"
	      "09:25:11,382 \u2502                               \u25cf Done.         \u2502\n"
	      "09:25:11,384 \u2502                                               \u25cf Done.\n"
	      "09:25:11,385 \u25cf Done.\n");
}
END_TEST

START_TEST(lanes_without_unicode)
{
	char *const output = shell_expect(
		0, "LC_ALL=C COLUMNS=60 mplog tail -D tail-journal --lanes --delta 1 2 worker-1");

	ck_assert_str_eq(output,
			 "09:25:11,281 +  0.000000 *     mplog-demo/1     Running process:\n"
			 "                         |                      1 ...\n"
			 "09:25:11,281 +  0.000000 | *   mplog-demo/2     Running process:\n"
			 "                         | |                    2 ...\n"
			 "09:25:11,381 +  0.100000 * |   mplog-demo/1     Done.\n"
			 "09:25:11,382 +  0.001000   *   mplog-demo/2     Done.\n"
			 "09:26:11,280 + 59.898000     * ingestd/worker-1 gr\u00fc\u00df\n");
	free(output);
}
END_TEST

START_TEST(colors)
{
	check_on_terminal("mplog tail -D tail-journal -t mplog-demo -p info main -n 1",
			  "2026-11-22 09:25:11,385 \033[38;5;35mmain\033[0m info    "
			  "process=main Done.\n");
	check_on_terminal("mplog tail -D tail-journal -t mplog-demo 1 -n 1",
			  "2026-11-22 09:25:11,381 \033[38;5;178m1\033[0m debug   "
			  "\033[90mprocess=1 Done.\033[0m\n");
	check_on_terminal("mplog tail -D tail-journal --output=cat worker-2 -n 1",
			  "\033[1;31mprocess=worker-2 \\e[2J\\a\\xff\033[0m\n");
	check_on_terminal("COLUMNS=40 mplog tail -D tail-journal --lanes -t mplog-demo 1 -n 1",
			  "2026-11-22   \033[38;5;178m1\033[0m\n"
			  "09:25:11,381 \033[38;5;178m\u25cf\033[0m \033[90mDone.\033[0m\n");
	check_on_terminal("NO_COLOR=1 mplog tail -D tail-journal -t mplog-demo main -n 1",
			  "2026-11-22 09:25:11,385 main info    process=main Done.\n");
	check_on_terminal("mplog tail -D tail-journal -t mplog-demo main -n 1 | cat",
			  "2026-11-22 09:25:11,385 main info    process=main Done.\n");
}
END_TEST

/* A name has one colour, wherever it is seen. */
START_TEST(colors_are_those_of_standard_error)
{
	char *const output = shell_on_terminal("MPLOG_SINK=stderr mplog log -n main text 2>&1");

	ck_assert_ptr_nonnull(strstr(output, "process=\033[38;5;35mmain\033[0m text"));
	free(output);
}
END_TEST

START_TEST(follow)
{
	const pid_t pid = shell_start("exec mplog tail -f -n 1 --output=cat 'new-*' >followed-%d",
				      (int)getpid());

	shell_run(0,
		  "mplog log -n new-0 before\n"
		  "mplog log -n new-1 one; mplog log -n other two\n"
		  "until grep -q one followed-%d; do sleep 0.01; done\n"
		  "mplog log -n new-2 three\n"
		  "until grep -q three followed-%d; do sleep 0.01; done",
		  (int)getpid(), (int)getpid());
	ck_assert_int_eq(kill(pid, SIGTERM), 0);
	ck_assert_int_eq(child_status(pid), SIGTERM);
	shell_run(0, "! grep two followed-%d && rm followed-%d", (int)getpid(), (int)getpid());
}
END_TEST

/* What there was is shown once, and before what comes. */
START_TEST(follow_goes_on_where_history_ends)
{
	char expected[8192], *output;
	size_t size = 0;

	journald_wait_for_it();
	output = shell_expect(
		0, "until_lines() {\n"
		   "  until [ $(wc -l <followed) -ge $1 ]; do sleep 0.01; done\n"
		   "}\n"
		   "seq 1000 | mplog log -n follow-a; journalctl --sync\n"
		   "mplog tail -f -n 500 --output=cat 'follow-*' >followed & tail=$!\n"
		   "until_lines 500; seq 1001 1100 | mplog log -n follow-b; until_lines 600\n"
		   "kill $tail; sed 's/.* //' followed | tr '\\n' ' '; rm followed");
	for (int i = 501; i <= 1100; i++)
		size += (size_t)snprintf(expected + size, sizeof(expected) - size, "%d ", i);
	ck_assert_str_eq(output, expected);
	free(output);
}
END_TEST

/* Many names, close together and far between: the same records as by the index alone. */
START_TEST(many_names_among_many_others)
{
	journald_wait_for_it();
	shell_run(
		0,
		"for i in 1 2 3; do\n"
		"  for name in a b c d e f g h i j k l m n o p q r; do\n"
		"    seq 20 | mplog log -n many-$name\n"
		"    [ $i = 2 ] || seq 300 | mplog log -n other\n"
		"  done\n"
		"done\n"
		"journalctl --sync\n"
		"for name in a b c d e f g h i j k l m n o p q r; do echo PROCESS=many-$name; done |\n"
		"  xargs journalctl -q -o cat >many\n"
		"mplog tail -n all --output=cat 'many-*' | cmp - many &&\n"
		"tail -n 600 many >last && rm many &&\n"
		"mplog tail -n 600 --output=cat 'many-*' | cmp - last && rm last");
}
END_TEST

static void send_named(const char *identifier, size_t identifier_size, const char *process,
		       size_t process_size)
{
	char fields[2][1024];
	const struct iovec iov[] = {
		{ fields[0],
		  (size_t)snprintf(fields[0], 32, "SYSLOG_IDENTIFIER=") + identifier_size },
		{ fields[1], (size_t)snprintf(fields[1], 32, "PROCESS=") + process_size },
		{ (char[]){ "MESSAGE=text" }, strlen("MESSAGE=text") },
	};

	memcpy(fields[0] + strlen(fields[0]), identifier, identifier_size);
	memcpy(fields[1] + strlen("PROCESS="), process, process_size);
	ck_assert_int_eq(sd_journal_sendv(iov, 3), 0);
}

/* Any user may log under any name: a NUL ends none, and none is too long. */
START_TEST(names_are_any_bytes)
{
	char endless[900];
	char *output;

	memset(endless, 'x', sizeof(endless));
	memcpy(endless, "nul-", 4);
	send_named("a\0bcdefghijklmnopqrstuvwxyz", 27, "nul-1", 5);
	send_named("a", 1, "nul-1", 5);
	send_named("a", 1, "nul-1\0tail", 10);
	send_named("a", 1, endless, sizeof(endless));
	shell_run(0, "journalctl --sync");
	output = shell_expect(0, "COLUMNS=100 mplog tail -n all --lanes 'nul-*' | cut -c 14- | "
				 "sed 's/xx*$/x/'");
	ck_assert_str_eq(
		output,
		"a\\x00bcdefghijklmnopqrstuvwxyz/nul-1 a/nul-1 a/nul-1\\x00tail   a/nul-x\n"
		"\u25cf text\n"
		"                     \u25cf text\n"
		"                                          \u25cf text\n"
		"                                                               \u25cf text\n");
	free(output);
}
END_TEST

START_TEST(the_demo_in_lanes)
{
	char *const output = shell_expect(
		0,
		"mplog-demo --jobs=3 && journalctl --sync; COLUMNS=100 mplog tail -n all --lanes "
		"-t mplog-demo | head -n 1 | cut -c 12- | tr -s ' ' '\\n' | sort | tr '\\n' ' '");

	ck_assert_str_eq(output, " 1 2 3 main ");
	free(output);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("tail");
	TCase *fixed = suite_case(suite, "fixed", NULL, NULL),
	      *real = suite_case(suite, "real", journald_start, NULL);

	tcase_add_unchecked_fixture(fixed, setup, teardown);
	tcase_add_test(fixed, columns);
	tcase_add_test(fixed, differences_in_time);
	tcase_add_test(fixed, globs);
	tcase_add_test(fixed, what_is_asked_for);
	tcase_add_test(fixed, nothing_found_is_a_status_and_a_hint);
	tcase_add_test(fixed, json);
	tcase_add_test(fixed, lanes);
	tcase_add_test(fixed, lanes_without_unicode);
	tcase_add_test(fixed, colors);
	tcase_add_test(fixed, colors_are_those_of_standard_error);

	tcase_add_test(real, follow);
	tcase_add_test(real, follow_goes_on_where_history_ends);
	tcase_add_test(real, many_names_among_many_others);
	tcase_add_test(real, names_are_any_bytes);
	tcase_add_test(real, the_demo_in_lanes);
	return suite_run(suite);
}
