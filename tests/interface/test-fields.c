/* SPDX-License-Identifier: MIT */
/* Every field that a record holds, as the journal gives it back. */

#define MPLOG_LOGGER "fields"

#include "lib/child.h"
#include "lib/readback.h"
#include "lib/suite.h"

#include <mplog.h>

#include <check.h>
#include <errno.h>
#include <sys/wait.h>

static void assert_field(const struct journal_entries *entries, const char *name, const char *value)
{
	const struct journal_entry *entry = &entries->entries[0];

	ck_assert_msg(journal_count_field(entry, name) == 1, "%s stands there %zu times", name,
		      journal_count_field(entry, name));
	ck_assert_msg(strcmp(journal_value(entry, name), value) == 0, "%s=%s, and not %s", name,
		      journal_value(entry, name), value);
}

static void assert_no_field(const struct journal_entries *entries, const char *name)
{
	ck_assert_msg(journal_count_field(&entries->entries[0], name) == 0, "%s is there", name);
}

static void assert_number(const struct journal_entries *entries, const char *name, long number)
{
	char value[32];

	snprintf(value, sizeof(value), "%ld", number);
	assert_field(entries, name, value);
}

START_TEST(a_record_holds_what_it_should)
{
	struct journal_entries entries;
	int line;

	mplog_enter("prefixed");
	line = __LINE__ + 1;
	ck_assert_int_eq(mplog_errno(MPLOG_ERR, ENOENT, "open %s", "it"), 0);
	mplog_leave();
	ck_assert_int_eq(mplog_export("x"), 0);

	entries = readback_one("prefixed");
	assert_field(&entries, "MESSAGE", "<prefixed> open it: No such file or directory");
	assert_field(&entries, "PRIORITY", "3");
	assert_field(&entries, "SYSLOG_IDENTIFIER", "readback");
	assert_field(&entries, "PROCESS", "prefixed");
	assert_field(&entries, "PROCESS_PARENT", "main");
	assert_field(&entries, "PROCESS_SEQ", "1");
	assert_field(&entries, "RUN_ID", getenv("MPLOG_RUN_ID"));
	assert_field(&entries, "LOGGER", "fields");
	assert_number(&entries, "TID", gettid());
	assert_number(&entries, "_PID", getpid());
	assert_field(&entries, "CODE_FILE", __FILE__);
	assert_number(&entries, "CODE_LINE", line);
	assert_field(&entries, "CODE_FUNC", __func__);
	assert_number(&entries, "ERRNO", ENOENT);
	assert_no_field(&entries, "SYSLOG_FACILITY");
	assert_no_field(&entries, "MPLOG_BAD_FIELD");
	journal_entries_free(&entries);
}
END_TEST

START_TEST(what_is_not_given_is_not_there)
{
	struct journal_entries entries;

	mplog_enter("unnumbered");
	ck_assert_int_eq(mplog_emit(NULL, MPLOG_DEBUG, 0, NULL, 0, "nowhere"), 0);
	entries = readback_one("unnumbered");
	assert_field(&entries, "PRIORITY", "7");
	assert_no_field(&entries, "PROCESS_SEQ");
	assert_no_field(&entries, "CODE_FILE");
	assert_no_field(&entries, "CODE_LINE");
	assert_no_field(&entries, "CODE_FUNC");
	assert_no_field(&entries, "ERRNO");
	journal_entries_free(&entries);
}
END_TEST

START_TEST(a_rule_gives_the_facility)
{
	struct journal_entries entries;

	mplog_enter("facility");
	ck_assert_int_eq(mplog_info("x"), 0);
	entries = readback_one("facility");
	assert_field(&entries, "SYSLOG_FACILITY", "19");
	journal_entries_free(&entries);
}
END_TEST

START_TEST(a_wrapper_s_caller_is_named)
{
	static const struct mplog_site site = { .size = sizeof(site),
						.file = "caller.c",
						.func = "caller",
						.logger = "its",
						.line = 7 };
	struct journal_entries entries;

	mplog_enter("wrapper");
	ck_assert_int_eq(mplog_emit(&site, MPLOG_INFO, -EIO, NULL, 0, "x"), 0);
	entries = readback_one("wrapper");
	assert_field(&entries, "CODE_FILE", "caller.c");
	assert_field(&entries, "CODE_LINE", "7");
	assert_field(&entries, "CODE_FUNC", "caller");
	assert_field(&entries, "LOGGER", "its");
	assert_number(&entries, "ERRNO", EIO);
	journal_entries_free(&entries);
}
END_TEST

START_TEST(fields_have_types)
{
	static const char blob[] = { 'a', '\0', '\n', '=', (char)0xff };
	const bool yes = true;
	struct journal_entries entries;
	const struct journal_field *field;

	mplog_enter("types");
	ck_assert_int_eq(mplog_event(MPLOG_INFO,
				     MPLOG_FIELDS(MPLOG_F("INT", -5), MPLOG_F("UNSIGNED", ~0ull),
						  MPLOG_F("REAL", 0.5), MPLOG_F("BOOL", yes),
						  MPLOG_F("STRING", "a\nb=c"), MPLOG_F("EMPTY", ""),
						  MPLOG_F("NULL", (const char *)NULL),
						  MPLOG_BLOB("BLOB", blob, sizeof(blob)),
						  MPLOG_BLOB("NOBLOB", NULL, 5)),
				     "x"),
			 0);
	entries = readback_one("types");
	assert_field(&entries, "INT", "-5");
	assert_field(&entries, "UNSIGNED", "18446744073709551615");
	assert_field(&entries, "REAL", "0.5");
	assert_field(&entries, "BOOL", "true");
	assert_field(&entries, "STRING", "a\nb=c");
	assert_field(&entries, "EMPTY", "");
	assert_no_field(&entries, "NULL");
	assert_no_field(&entries, "NOBLOB");
	field = journal_field(&entries.entries[0], "BLOB");
	ck_assert_ptr_nonnull(field);
	ck_assert_uint_eq(field->size, sizeof(blob));
	ck_assert_mem_eq(field->value, blob, sizeof(blob));
	journal_entries_free(&entries);
}
END_TEST

START_TEST(the_later_field_wins)
{
	struct journal_entries entries;

	mplog_enter("ruled");
	ck_assert_int_eq(mplog_set_field("SHIFT", "scope"), 0);
	ck_assert_int_eq(mplog_set_field("TOOL", "scope"), 0);
	ck_assert_int_eq(
		mplog_event(MPLOG_INFO,
			    MPLOG_FIELDS(MPLOG_F("TOOL", "first"), MPLOG_F("TOOL", "call")), "x"),
		0);
	entries = readback_one("ruled");
	assert_field(&entries, "ROLE", "rule");
	assert_field(&entries, "SHIFT", "scope");
	assert_field(&entries, "TOOL", "call");
	journal_entries_free(&entries);
}
END_TEST

START_TEST(a_bad_field_does_not_cost_the_message)
{
	struct journal_entries entries;

	mplog_enter("badfield");
	ck_assert_int_eq(
		mplog_event(MPLOG_INFO, MPLOG_FIELDS(MPLOG_F("lower", 1), MPLOG_F("GOOD", 2)), "x"),
		0);
	entries = readback_one("badfield");
	assert_field(&entries, "MESSAGE", "x");
	assert_field(&entries, "MPLOG_BAD_FIELD", "lower");
	assert_field(&entries, "GOOD", "2");
	assert_no_field(&entries, "lower");
	journal_entries_free(&entries);
}
END_TEST

START_TEST(mplog_s_own_fields_are_not_for_calls)
{
	struct journal_entries entries;

	mplog_enter("taken");
	ck_assert_int_eq(mplog_event(MPLOG_INFO, MPLOG_FIELDS(MPLOG_F("PROCESS", "forged")), "x"),
			 0);
	entries = readback_one("taken");
	assert_field(&entries, "PROCESS", "taken");
	assert_field(&entries, "MPLOG_BAD_FIELD", "PROCESS");
	journal_entries_free(&entries);
}
END_TEST

START_TEST(a_child_s_fields)
{
	struct journal_entries entries;
	pid_t pid;

	mplog_info("before");
	pid = mplog_fork("child");
	if (pid == 0)
		_exit(mplog_info("x") != 0);
	child_exited_well(pid);
	ck_assert_int_eq(mplog_export("x"), 0);
	entries = readback_one("child");
	assert_number(&entries, "_PID", pid);
	assert_number(&entries, "TID", pid);
	assert_field(&entries, "PROCESS_PARENT", "main");
	assert_field(&entries, "PROCESS_SEQ", "1");
	assert_field(&entries, "RUN_ID", getenv("MPLOG_RUN_ID"));
	journal_entries_free(&entries);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("fields");
	TCase *tcase = suite_case(suite, "fields", readback_setup, readback_teardown);

	tcase_add_test(tcase, a_record_holds_what_it_should);
	tcase_add_test(tcase, what_is_not_given_is_not_there);
	tcase_add_test(tcase, a_rule_gives_the_facility);
	tcase_add_test(tcase, a_wrapper_s_caller_is_named);
	tcase_add_test(tcase, fields_have_types);
	tcase_add_test(tcase, the_later_field_wins);
	tcase_add_test(tcase, a_bad_field_does_not_cost_the_message);
	tcase_add_test(tcase, mplog_s_own_fields_are_not_for_calls);
	tcase_add_test(tcase, a_child_s_fields);
	return suite_run(suite);
}
