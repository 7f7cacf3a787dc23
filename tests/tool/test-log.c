/* SPDX-License-Identifier: MIT */
/* mplog log: records out of a shell script, and an exit status that says where they went. */

#include "lib/journald.h"
#include "lib/shell.h"
#include "lib/suite.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check_message(const char *process, size_t i, const char *priority, const char *message)
{
	char match[64];
	struct journal_entries all;

	(void)snprintf(match, sizeof(match), "PROCESS=%s", process);
	all = journal_read(match, NULL);
	ck_assert_uint_gt(all.n, i);
	ck_assert_str_eq(journal_value(&all.entries[i], "PRIORITY"), priority);
	ck_assert_str_eq(journal_value(&all.entries[i], "MESSAGE"), message);
	journal_entries_free(&all);
}

START_TEST(words_are_a_record)
{
	shell_run(0,
		  "mplog log -n words two words; mplog log -n words -- -n; mplog log -n words ''");
	check_message("words", 0, "6", "process=words two words");
	check_message("words", 1, "6", "process=words -n");
	check_message("words", 2, "6", "process=words ");
	ck_assert_uint_eq(journal_count("PROCESS=words", "SYSLOG_IDENTIFIER=mplog", NULL), 3);
}
END_TEST

START_TEST(each_line_is_a_record)
{
	struct journal_entries all;

	shell_run(0, "printf 'one\\n<3>two\\n  three\\na\\000b' | mplog log -n lines -t prog");
	check_message("lines", 0, "6", "process=lines one");
	check_message("lines", 1, "3", "process=lines two");
	check_message("lines", 2, "6", "process=lines   three");
	all = journal_read("PROCESS=lines", "SYSLOG_IDENTIFIER=prog", NULL);
	ck_assert_uint_eq(all.n, 4);
	ck_assert_uint_eq(journal_field(&all.entries[3], "MESSAGE")->size,
			  strlen("process=lines ") + 3);
	journal_entries_free(&all);
}
END_TEST

/* A record is there before the next line comes. */
START_TEST(a_line_does_not_wait)
{
	shell_run(
		0,
		"mkfifo wait-$$; mplog log -n wait <wait-$$ & exec 3>wait-$$; echo one >&3\n"
		"until journalctl --sync && [ -n \"$(journalctl -q PROCESS=wait)\" ]; do :; done\n"
		"exec 3>&-; wait; rm wait-$$");
}
END_TEST

/* An edit is seen within a second of the next record, as in any program. */
START_TEST(an_edited_configuration_is_taken_over)
{
	shell_run(
		0,
		"until_logged() {\n"
		"  until journalctl --sync && [ -n \"$(journalctl -q PROCESS=edit PRIORITY=$1)\" ]; do\n"
		"    echo '<3>bad' >&3; echo info >&3\n"
		"  done\n"
		"}\n"
		"echo 'defaults = { level = \"err\"; };' >edit-$$.conf\n"
		"MPLOG_CONF=$PWD/edit-$$.conf; export MPLOG_CONF\n"
		"mkfifo edit-$$; mplog log -n edit <edit-$$ & exec 3>edit-$$; until_logged 3\n"
		"echo 'defaults = { level = \"info\"; };' >new-$$; mv new-$$ edit-$$.conf\n"
		"until_logged 6; exec 3>&-; wait; rm edit-$$ edit-$$.conf");
}
END_TEST

START_TEST(fields_and_levels)
{
	struct journal_entries all;

	shell_run(0, "mplog log -n fields -p warn -F BYTES=12 -F URL=http://x/?a=b text");
	shell_run(0, "mplog log -n fields -p debug unseen");
	all = journal_read("PROCESS=fields", NULL);
	ck_assert_uint_eq(all.n, 1);
	ck_assert_str_eq(journal_value(&all.entries[0], "BYTES"), "12");
	ck_assert_str_eq(journal_value(&all.entries[0], "URL"), "http://x/?a=b");
	ck_assert_str_eq(journal_value(&all.entries[0], "PRIORITY"), "4");
	journal_entries_free(&all);
}
END_TEST

START_TEST(name_from_the_environment)
{
	shell_run(0, "MPLOG_PROCESS=hook-1 mplog log text; mplog log text");
	ck_assert_uint_eq(journal_count("PROCESS=hook-1", NULL), 1);
	ck_assert_uint_eq(journal_count("PROCESS=main", "SYSLOG_IDENTIFIER=mplog", NULL), 1);
}
END_TEST

START_TEST(mistakes_have_a_status)
{
	shell_run(2, "mplog log -p loud x 2>/dev/null");
	shell_run(2, "mplog log -p none x 2>/dev/null");
	shell_run(2, "mplog log -F PROCESS=x x 2>/dev/null");
	shell_run(2, "mplog log -F bytes=x x 2>/dev/null");
	shell_run(2, "mplog log -F BYTES x 2>/dev/null");
	shell_run(2, "mplog log -n '' x 2>/dev/null");
	shell_run(2, "mplog log --nonsense 2>/dev/null");
}
END_TEST

START_TEST(suppressed_has_a_status)
{
	shell_run(
		3,
		"echo 'processes = ( { name = \"noisy\";"
		"  rate_limit = { burst = 1; interval_ms = 100000; }; } );' >log-$$.conf\n"
		"MPLOG_CONF=log-$$.conf; export MPLOG_CONF; printf '1\\n2\\n' | mplog log -n noisy\n"
		"s=$?; rm log-$$.conf; exit $s");
}
END_TEST

/* What is shown is what happened to it, not that the next record did not try it once more. */
START_TEST(why_a_sink_failed_is_shown)
{
	shell_run(0, "mkfifo why-$$; MPLOG_SINK=stderr mplog log -t why-$$ <why-$$ 2>/dev/null &\n"
		     "exec 3>why-$$; echo 1 >&3; echo 2 >&3; echo 3 >&3\n"
		     "until mplog status -t why-$$ main | grep -q '3 called'; do :; done\n"
		     "mplog status -t why-$$ main | grep -q 'failed: No such file' || exit 1\n"
		     "exec 3>&-; wait; rm why-$$");
}
END_TEST

START_TEST(diverted_and_lost_have_a_status)
{
	char *output;

	journald_kill();
	output = shell_expect(1, "MPLOG_SINK=journal mplog log -n diverted text 2>&1");
	ck_assert_ptr_nonnull(strstr(output, "process=diverted text"));
	free(output);
	shell_run(4, "MPLOG_SINK=journal mplog log -n lost text 2>/dev/null");
	journald_start();
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("log");
	TCase *tcase = suite_case(suite, "log", journald_start, NULL);

	tcase_add_test(tcase, words_are_a_record);
	tcase_add_test(tcase, each_line_is_a_record);
	tcase_add_test(tcase, a_line_does_not_wait);
	tcase_add_test(tcase, an_edited_configuration_is_taken_over);
	tcase_add_test(tcase, fields_and_levels);
	tcase_add_test(tcase, name_from_the_environment);
	tcase_add_test(tcase, mistakes_have_a_status);
	tcase_add_test(tcase, suppressed_has_a_status);
	tcase_add_test(tcase, why_a_sink_failed_is_shown);
	tcase_add_test(tcase, diverted_and_lost_have_a_status);
	return suite_run(suite);
}
