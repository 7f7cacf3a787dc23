/* SPDX-License-Identifier: MIT */
/* mplog exec --json: what programs log as objects of JSON is in the journal as fields, all else as lines,
 * and no object can speak for mplog or for the system. */
#include "lib/journald.h"
#include "lib/shell.h"
#include "lib/suite.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

/* Logs the lines by a command under that name. The here-document takes them as they are. */
static struct journal_entries log_lines(const char *name, const char *options, const char *lines)
{
	char match[64];

	shell_run(0, "mplog exec %s %s -- cat <<'END'\n%sEND\n", name, options, lines);
	(void)snprintf(match, sizeof(match), "PROCESS=%s", name);
	return journal_read(match, NULL);
}

static void expect(const struct journal_entry *entry, const char *name, const char *value)
{
	const char *const seen = journal_value(entry, name);

	ck_assert_msg(seen && strcmp(seen, value) == 0, "%s is %s, not %s", name,
		      seen ? seen : "missing", value);
	ck_assert_uint_eq(journal_count_field(entry, name), 1);
}

START_TEST(objects_are_records_with_fields)
{
	struct journal_entries all = log_lines(
		"objects", "--json",
		"{\"level\":50,\"time\":1766,\"pid\":12,\"msg\":\"of pino\",\"req\":{\"url\":\"/x\"}}\n"
		"{\"ts\":\"10:00\",\"severity\":\"NOTICE\",\"message\":\"two\\nlines\",\"logger\":\"db\"}\n"
		"<3>{\"done\":true}\r\n");

	ck_assert_uint_eq(all.n, 3);
	expect(&all.entries[0], "PRIORITY", "3");
	expect(&all.entries[0], "MESSAGE", "process=objects of pino");
	expect(&all.entries[0], "LOGGER", "stdout");
	expect(&all.entries[0], "TIME", "1766");
	expect(&all.entries[0], "PID", "12");
	expect(&all.entries[0], "REQ_URL", "/x");
	expect(&all.entries[1], "PRIORITY", "5");
	expect(&all.entries[1], "MESSAGE", "process=objects two\nlines");
	expect(&all.entries[1], "LOGGER", "db");
	expect(&all.entries[1], "TIME", "10:00");
	expect(&all.entries[2], "PRIORITY", "3");
	expect(&all.entries[2], "MESSAGE", "process=objects {\"done\":true}");
	expect(&all.entries[2], "DONE", "true");
	expect(&all.entries[2], "PROCESS_SEQ", "3");
	journal_entries_free(&all);
}
END_TEST

START_TEST(other_lines_stay_lines)
{
	static const char lines[] = "before\n"
				    "{\"msg\":\"object\"}\n"
				    "  indented\n"
				    "{\"msg\":\"cut\n"
				    "  off\"}\n"
				    "[1,2]\n";
	struct journal_entries all = log_lines("lines", "--json", lines);

	ck_assert_uint_eq(all.n, 5);
	expect(&all.entries[0], "MESSAGE", "process=lines before");
	expect(&all.entries[1], "MESSAGE", "process=lines object");
	expect(&all.entries[2], "MESSAGE", "process=lines   indented");
	expect(&all.entries[3], "MESSAGE", "process=lines {\"msg\":\"cut\n  off\"}");
	expect(&all.entries[4], "MESSAGE", "process=lines [1,2]");
	journal_entries_free(&all);

	all = log_lines("without", "", "{\"msg\":\"object\"}\n");
	ck_assert_uint_eq(all.n, 1);
	expect(&all.entries[0], "MESSAGE", "process=without {\"msg\":\"object\"}");
	journal_entries_free(&all);
}
END_TEST

START_TEST(the_level_is_the_objects)
{
	struct journal_entries all = log_lines("level", "--json --stdout=debug",
					       "line\n"
					       "{\"level\":\"debug\",\"msg\":\"no\"}\n"
					       "{\"msg\":\"no\"}\n"
					       "{\"level\":\"info\",\"msg\":\"yes\"}\n");

	ck_assert_uint_eq(all.n, 1);
	expect(&all.entries[0], "MESSAGE", "process=level yes");
	journal_entries_free(&all);
}
END_TEST

/* What this process logs may be believed, as root's. */
START_TEST(no_object_speaks_for_others)
{
	const struct journal_field *value;
	struct journal_entries all = log_lines(
		"forged", "--json",
		"{\"_PID\":1,\"_UID\":\"0\",\"PROCESS\":\"other\",\"run_id\":\"x\",\"process_seq\":9,"
		"\"SYSLOG_IDENTIFIER\":\"other\",\"MPLOG_LOST\":5,\"MESSAGE_ID\":"
		"\"fc2e22bc6ee647b6b90729ab34a250b1\",\"OBJECT_PID\":1,\"COREDUMP_PID\":1,\"UNIT\":\"x\","
		"\"A\\nPROCESS=x\\nB\":1,\"nul\":\"a\\u0000b\",\"logger\":\"x\\nPROCESS=y\","
		"\"msg\":\"x\\nPROCESS=z\"}\n");

	ck_assert_uint_eq(all.n, 1);
	expect(&all.entries[0], "PROCESS", "forged");
	expect(&all.entries[0], "SYSLOG_IDENTIFIER", "cat");
	expect(&all.entries[0], "PROCESS_SEQ", "1");
	expect(&all.entries[0], "JSON_PID", "1");
	expect(&all.entries[0], "JSON_PROCESS", "other");
	expect(&all.entries[0], "JSON_MPLOG_LOST", "5");
	expect(&all.entries[0], "LOGGER", "x\nPROCESS=y");
	expect(&all.entries[0], "MESSAGE", "process=forged x\nPROCESS=z");
	expect(&all.entries[0], "A_PROCESS_X_B", "1");
	ck_assert_uint_ne(journal_number(&all.entries[0], "_PID"), 1);
	ck_assert_ptr_null(journal_value(&all.entries[0], "MESSAGE_ID"));
	ck_assert_ptr_null(journal_value(&all.entries[0], "OBJECT_UID"));
	ck_assert_ptr_null(journal_value(&all.entries[0], "MPLOG_BAD_FIELD"));
	value = journal_field(&all.entries[0], "NUL");
	ck_assert_ptr_nonnull(value);
	ck_assert_uint_eq(value->size, 3);
	journal_entries_free(&all);
}
END_TEST

START_TEST(too_many_fields_cost_no_message)
{
	struct journal_entries all;

	shell_run(
		0,
		"mplog exec many --json -- python3 -c '\n"
		"import json\n"
		"print(json.dumps({\"k%%d\" %% i: i for i in range(100000)} | {\"msg\": \"all\"}))'");
	all = journal_read("PROCESS=many", NULL);
	ck_assert_uint_eq(all.n, 1);
	expect(&all.entries[0], "MESSAGE", "process=many all");
	expect(&all.entries[0], "K0", "0");
	expect(&all.entries[0], "K999", "999");
	expect(&all.entries[0], "MPLOG_BAD_FIELD", "K1000");
	journal_entries_free(&all);
}
END_TEST

/* With a level that stands in the way of the lines, and with one that does not. */
START_TEST(a_flood_is_logged_whole)
{
	journald_wait_for_it();
	shell_run(0, "for level in info debug; do\n"
		     "  MPLOG_LEVEL=$level mplog exec flood-$level --json --stdout=debug -- sh -c '"
		     "seq 20000 | sed \"s/.*/{\\\"level\\\":\\\"info\\\",\\\"n\\\":&}\\\\n&/\"'\n"
		     "done");
	ck_assert_uint_eq(journal_count("PROCESS=flood-info", NULL), 20000);
	ck_assert_uint_eq(journal_count("PROCESS=flood-debug", NULL), 40000);
	ck_assert_uint_eq(journal_count("PROCESS=flood-info", "N=20000", NULL), 1);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("exec-json");
	TCase *tcase = suite_case(suite, "exec-json", journald_start, NULL);

	tcase_add_test(tcase, objects_are_records_with_fields);
	tcase_add_test(tcase, other_lines_stay_lines);
	tcase_add_test(tcase, the_level_is_the_objects);
	tcase_add_test(tcase, no_object_speaks_for_others);
	tcase_add_test(tcase, too_many_fields_cost_no_message);
	tcase_add_test(tcase, a_flood_is_logged_whole);
	return suite_run(suite);
}
