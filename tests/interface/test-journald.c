/* SPDX-License-Identifier: MIT */
/* The tests' own tools: what they say of journald must be so, or no other test means anything. */

#include "lib/journald.h"
#include "lib/suite.h"

#include <check.h>
#include <string.h>
#include <systemd/sd-journal.h>

START_TEST(reads_back_what_was_sent)
{
	struct journal_entries entries;

	ck_assert_int_eq(sd_journal_send("MESSAGE=one", "SYSLOG_IDENTIFIER=read", "PROCESS=1",
					 "TWICE=a", "TWICE=b", NULL),
			 0);
	ck_assert_int_eq(
		sd_journal_send("MESSAGE=two\nlines", "SYSLOG_IDENTIFIER=read", "PROCESS=2", NULL),
		0);
	entries = journal_read("SYSLOG_IDENTIFIER=read", NULL);
	ck_assert_uint_eq(entries.n, 2);
	ck_assert_str_eq(journal_value(&entries.entries[0], "MESSAGE"), "one");
	ck_assert_uint_eq(journal_count_field(&entries.entries[0], "TWICE"), 2);
	ck_assert_str_eq(journal_value(&entries.entries[1], "MESSAGE"), "two\nlines");
	ck_assert_uint_eq(journal_field(&entries.entries[1], "MESSAGE")->size, 9);
	ck_assert_ptr_null(journal_value(&entries.entries[1], "NONE"));
	journal_entries_free(&entries);

	ck_assert_uint_eq(journal_count("SYSLOG_IDENTIFIER=read", "PROCESS=2", NULL), 1);
	ck_assert_uint_eq(journal_count("SYSLOG_IDENTIFIER=read", "PROCESS=1", "PROCESS=2", NULL),
			  2);
	ck_assert_uint_eq(journal_count("SYSLOG_IDENTIFIER=absent", NULL), 0);
}
END_TEST

START_TEST(long_messages_come_back_whole)
{
	enum { SIZE = 1 << 20 };
	static char message[SIZE + 1];
	struct journal_entries entries;

	memset(message, 'x', SIZE);
	ck_assert_int_eq(sd_journal_send("MESSAGE=%s", message, "SYSLOG_IDENTIFIER=long", NULL), 0);
	entries = journal_read("SYSLOG_IDENTIFIER=long", NULL);
	ck_assert_uint_eq(entries.n, 1);
	ck_assert_uint_eq(journal_field(&entries.entries[0], "MESSAGE")->size, SIZE);
	journal_entries_free(&entries);
}
END_TEST

START_TEST(stopped_and_continued)
{
	journald_stop();
	ck_assert_int_eq(sd_journal_send("MESSAGE=x", "SYSLOG_IDENTIFIER=stopped", NULL), 0);
	journald_cont();
	ck_assert_uint_eq(journal_count("SYSLOG_IDENTIFIER=stopped", NULL), 1);
}
END_TEST

START_TEST(killed_and_started_again)
{
	const pid_t before = journald_pid();

	journald_kill();
	journald_start();
	ck_assert_int_ne(journald_pid(), before);
	ck_assert_int_eq(sd_journal_send("MESSAGE=x", "SYSLOG_IDENTIFIER=killed", NULL), 0);
	ck_assert_uint_eq(journal_count("SYSLOG_IDENTIFIER=killed", NULL), 1);
	journald_restart();
	ck_assert_uint_eq(journal_count("SYSLOG_IDENTIFIER=killed", NULL), 1);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("journald");
	TCase *tcase = suite_case(suite, "journald", journald_start, NULL);

	tcase_add_test(tcase, reads_back_what_was_sent);
	tcase_add_test(tcase, long_messages_come_back_whole);
	tcase_add_test(tcase, stopped_and_continued);
	tcase_add_test(tcase, killed_and_started_again);
	return suite_run(suite);
}
