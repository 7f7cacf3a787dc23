/* SPDX-License-Identifier: MIT */
/* The process name and the level of a record: scopes, forks and their names, fields, as a program sees them. */

#include "lib/child.h"
#include "lib/interface.h"
#include "lib/suite.h"

#include <mplog.h>

#include <check.h>
#include <errno.h>
#include <stdio.h>

/* ---- Process names and scopes --------------------------------------------------------------- */

START_TEST(a_bad_name_is_mended_and_reported_once)
{
	char name[80], expected[64];

	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	memset(expected, 'n', sizeof(expected) - 1);
	expected[sizeof(expected) - 1] = '\0';

	ck_assert_int_eq(mplog_open("program", "main", 0), 0);
	ck_assert_int_eq(mplog_enter("a b\n\303\244"), 0);
	ck_assert_str_eq(mplog_process(), "a_b___");
	ck_assert_int_eq(mplog_enter(name), 0);
	ck_assert_str_eq(mplog_process(), expected);
	mplog_leave();
	mplog_leave();
	ck_assert_int_eq(mplog_enter("AZaz09._:@/+-"), 0);
	ck_assert_str_eq(mplog_process(), "AZaz09._:@/+-");
	mplog_leave();
	ck_assert(capture_has("WARNING program ", "a_b___"));
}
END_TEST

START_TEST(an_enter_that_fails_is_an_enter)
{
	ck_assert_int_eq(mplog_open("program", "main", 0), 0);
	ck_assert_int_eq(mplog_enter("outer"), 0);
	ck_assert_int_eq(mplog_enter(NULL), -EINVAL);
	ck_assert_int_eq(mplog_enter(""), -EINVAL);
	ck_assert_str_eq(mplog_process(), "outer");
	mplog_leave();
	mplog_leave();
	ck_assert_str_eq(mplog_process(), "outer");
	mplog_leave();
	ck_assert_str_eq(mplog_process(), "main");
	mplog_leave();
	ck_assert_str_eq(mplog_process(), "main");
}
END_TEST

START_TEST(a_scope_takes_along_what_was_not_left)
{
	ck_assert_int_eq(mplog_open("program", "main", 0), 0);
	{
		MPLOG_SCOPE("block");
		ck_assert_str_eq(mplog_process(), "block");
		mplog_enter("forgotten");
	}
	ck_assert_str_eq(mplog_process(), "main");
}
END_TEST

START_TEST(fork_refuses_no_name)
{
	ck_assert_int_eq(mplog_open("program", "main", 0), 0);
	errno = 0;
	ck_assert_int_eq(mplog_fork(""), -1);
	ck_assert_int_eq(errno, EINVAL);
}
END_TEST

START_TEST(fork_gives_a_name)
{
	pid_t pid;

	ck_assert_int_eq(mplog_open("program", "main", 0), 0);
	pid = mplog_fork("child");
	if (pid == 0)
		_exit(strcmp(mplog_process(), "child") != 0);
	child_exited_well(pid);
	pid = mplog_fork(NULL);
	if (pid == 0)
		_exit(strcmp(mplog_process(), "main") != 0);
	child_exited_well(pid);
	ck_assert_str_eq(mplog_process(), "main");
}
END_TEST

START_TEST(export_fills_the_environment)
{
	ck_assert_int_eq(mplog_open("program", "main", 0), 0);
	ck_assert_int_eq(mplog_export(NULL), -EINVAL);
	ck_assert_int_eq(mplog_export(""), -EINVAL);
	ck_assert_ptr_null(getenv("MPLOG_PROCESS"));
	ck_assert_int_eq(mplog_export("help er"), 0);
	ck_assert_str_eq(getenv("MPLOG_PROCESS"), "help_er");
	ck_assert_uint_eq(strlen(getenv("MPLOG_RUN_ID")), 32);
	ck_assert_uint_eq(strspn(getenv("MPLOG_RUN_ID"), "0123456789abcdef"), 32);
}
END_TEST

/* ---- Fields --------------------------------------------------------------------------------- */

START_TEST(field_names_are_looked_at)
{
	static const char *const bad[] = {
		"",
		"lower",
		"1A",
		"_A",
		"A B",
		"A=B",
		"\303\204",
		"MESSAGE",
		"PRIORITY",
		"SYSLOG_IDENTIFIER",
		"SYSLOG_FACILITY",
		"PROCESS",
		"PROCESS_PARENT",
		"PROCESS_SEQ",
		"RUN_ID",
		"LOGGER",
		"TID",
		"CODE_FILE",
		"CODE_LINE",
		"CODE_FUNC",
		"ERRNO",
		"MPLOG_LOST",
		"A23456789012345678901234567890123456789012345678901234567890ABCDE",
	};

	ck_assert_int_eq(mplog_open("program", "main", 0), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(mplog_set_field(bad[i], "x") == -EINVAL, "%s was taken", bad[i]);
	ck_assert_int_eq(mplog_set_field(NULL, "x"), -EINVAL);
	ck_assert_int_eq(
		mplog_set_field("A23456789012345678901234567890123456789012345678901234567890ABCD",
				"x"),
		0);
	ck_assert_int_eq(mplog_set_field("MESSAGE_ID", "x"), 0);
	ck_assert_int_eq(mplog_set_field("DOCUMENTATION", "x"), 0);
	ck_assert_int_eq(mplog_set_field("DOCUMENTATION", NULL), 0);
	ck_assert_int_eq(mplog_set_field("NEVER_SET", NULL), 0);
}
END_TEST

START_TEST(fields_have_a_limit_in_number)
{
	char name[16];

	ck_assert_int_eq(mplog_open("program", "main", 0), 0);
	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "F%d", i);
		ck_assert_int_eq(mplog_set_field(name, "x"), 0);
	}
	ck_assert_int_eq(mplog_set_field("F1000", "x"), -E2BIG);
	ck_assert_int_eq(mplog_set_field("F999", "y"), 0);
	ck_assert_int_eq(mplog_set_field("F0", NULL), 0);
	ck_assert_int_eq(mplog_set_field("F1000", "x"), 0);
}
END_TEST

START_TEST(fields_have_a_limit_in_size)
{
	enum { TOO_LARGE = (1 << 20) + 1 };
	char *value = malloc(TOO_LARGE + 1);

	ck_assert_ptr_nonnull(value);
	memset(value, 'v', TOO_LARGE);
	value[TOO_LARGE] = '\0';
	ck_assert_int_eq(mplog_open("program", "main", 0), 0);
	ck_assert_int_eq(mplog_set_field("LARGE", value), -E2BIG);
	value[TOO_LARGE / 2] = '\0';
	ck_assert_int_eq(mplog_set_field("LARGE", value), 0);
	ck_assert_int_eq(mplog_set_field("ANOTHER", value), -E2BIG);
	ck_assert_int_eq(mplog_set_field("LARGE", "small"), 0);
	ck_assert_int_eq(mplog_set_field("ANOTHER", value), 0);
	free(value);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("speaker");
	TCase *tcase = suite_case(suite, "speaker", interface_setup, NULL);

	tcase_add_test(tcase, a_bad_name_is_mended_and_reported_once);
	tcase_add_test(tcase, an_enter_that_fails_is_an_enter);
	tcase_add_test(tcase, a_scope_takes_along_what_was_not_left);
	tcase_add_test(tcase, fork_refuses_no_name);
	tcase_add_test(tcase, fork_gives_a_name);
	tcase_add_test(tcase, export_fills_the_environment);
	tcase_add_test(tcase, field_names_are_looked_at);
	tcase_add_test(tcase, fields_have_a_limit_in_number);
	tcase_add_test(tcase, fields_have_a_limit_in_size);
	return suite_run(suite);
}
