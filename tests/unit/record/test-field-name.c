/* SPDX-License-Identifier: MIT */
#include "record/field-name.h"

#include <string.h>

#include "lib/suite.h"

#define LONGEST "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789_ABCDEFGHIJKLMNOPQRSTUVWXYZ"

static const struct {
	const char *name;
	bool is_valid, is_reserved;
} cases[] = {
	{ "ROLE", true, false },       { "A", true, false },
	{ "A_1", true, false },        { LONGEST, true, false },
	{ LONGEST "X", false, false }, { "", false, false },
	{ "role", false, false },      { "_PID", false, false },
	{ "1ST", false, false },       { "A-B", false, false },
	{ "MESSAGE", true, true },     { "PROCESS_SEQ", true, true },
	{ "MESSAGE_ID", true, false }, { "DOCUMENTATION", true, false },
	{ "MPLOG_LOST", true, true },  { "MPLOG", true, false },
	{ "MESSAGES", true, false },   { "SYSLOG_PID", true, false },
	{ "PRIORITY", true, true },    { "SYSLOG_IDENTIFIER", true, true },
	{ "PROCESS", true, true },     { "SYSLOG_FACILITY", true, true },
	{ "RUN_ID", true, true },      { "PROCESS_PARENT", true, true },
	{ "LOGGER", true, true },      { "TID", true, true },
	{ "CODE_FILE", true, true },   { "CODE_LINE", true, true },
	{ "CODE_FUNC", true, true },   { "ERRNO", true, true },
	{ "TIE", true, false },        { "SYSLOG_IDENTIFIED", true, false },
};

START_TEST(names)
{
	const char *name = cases[_i].name;

	ck_assert_int_eq(field_name_is_valid(name, strlen(name)), cases[_i].is_valid);
	ck_assert_int_eq(field_name_is_reserved(name, strlen(name)), cases[_i].is_reserved);
}
END_TEST

START_TEST(lengths_count_not_the_nul)
{
	ck_assert(field_name_is_valid("ROLE=x", 4));
	ck_assert(!field_name_is_valid("ROLE=x", 5));
	ck_assert(field_name_is_reserved("TIDY", 3));
	ck_assert(!field_name_is_valid("A\0B", 3));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("field-name");
	TCase *tcase = suite_case(suite, "field-name", NULL, NULL);

	tcase_add_loop_test(tcase, names, 0, sizeof(cases) / sizeof(cases[0]));
	tcase_add_test(tcase, lengths_count_not_the_nul);
	return suite_run(suite);
}
