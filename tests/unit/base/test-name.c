/* SPDX-License-Identifier: MIT */
#include "base/name.h"

#include <check.h>
#include <string.h>

#include "lib/suite.h"

START_TEST(names_are_cleaned)
{
	char name[PROCESS_NAME_SIZE];
	char long_name[100];

	ck_assert(process_name_sanitize(name, "worker-1.a_b:c@d/e+F"));
	ck_assert_str_eq(name, "worker-1.a_b:c@d/e+F");
	ck_assert(!process_name_sanitize(name, "a b\n\xc3\xa9"));
	ck_assert_str_eq(name, "a_b___");
	memset(long_name, 'x', sizeof(long_name) - 1);
	long_name[sizeof(long_name) - 1] = '\0';
	ck_assert(!process_name_sanitize(name, long_name));
	ck_assert_uint_eq(strlen(name), PROCESS_NAME_SIZE - 1);
	long_name[PROCESS_NAME_SIZE - 1] = '\0';
	ck_assert(process_name_sanitize(name, long_name));
}
END_TEST

START_TEST(each_byte_is_allowed_or_not)
{
	int n_allowed = 0;

	for (int byte = -128; byte < 128; byte++)
		n_allowed += process_name_allows((char)byte);
	ck_assert_int_eq(n_allowed, 26 + 26 + 10 + (int)strlen("._:@/+-"));
	ck_assert(!process_name_allows('\0'));
	ck_assert(!process_name_allows('%'));
	ck_assert(!process_name_allows(' '));
}
END_TEST

START_TEST(identifiers_have_no_control_characters)
{
	char identifier[IDENTIFIER_SIZE], long_name[IDENTIFIER_SIZE + 10];

	identifier_of_program(identifier, "my program\n\033[2J\x7f\xc3\xa9");
	ck_assert_str_eq(identifier, "my program__[2J_\xc3\xa9");
	memset(long_name, 'x', sizeof(long_name) - 1);
	long_name[sizeof(long_name) - 1] = '\0';
	identifier_of_program(identifier, long_name);
	ck_assert_uint_eq(strlen(identifier), IDENTIFIER_SIZE - 1);
}
END_TEST

START_TEST(run_ids_are_32_hexadecimal_digits)
{
	ck_assert(run_id_is_valid("0123456789abcdefABCDEF0123456789"));
	ck_assert(!run_id_is_valid("0123456789abcdefABCDEF012345678"));
	ck_assert(!run_id_is_valid("0123456789abcdefABCDEF01234567890"));
	ck_assert(!run_id_is_valid("0123456789abcdefABCDEF012345678g"));
	ck_assert(!run_id_is_valid(""));
	ck_assert(!run_id_is_valid(NULL));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("name");
	TCase *tcase = suite_case(suite, "name", NULL, NULL);

	tcase_add_test(tcase, names_are_cleaned);
	tcase_add_test(tcase, each_byte_is_allowed_or_not);
	tcase_add_test(tcase, identifiers_have_no_control_characters);
	tcase_add_test(tcase, run_ids_are_32_hexadecimal_digits);
	return suite_run(suite);
}
