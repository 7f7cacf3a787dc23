/* SPDX-License-Identifier: MIT */
#include "notice/notice.h"

#include <string.h>

#include "lib/suite.h"

static char long_text[2 * NOTICE_MESSAGE_MAX + 1];
static struct notice notice;

static void set_up(void)
{
	memset(long_text, 'x', sizeof(long_text) - 1);
	notice_begin(&notice, NOTICE_CHILD, 4);
}

static void expect_message(const char *expected)
{
	ck_assert_uint_eq(notice.message.size, strlen(expected));
	ck_assert_mem_eq(notice.message_data, expected, strlen(expected));
}

START_TEST(says_a_sentence)
{
	notice_textf(&notice, "Process %s (pid %d)", "worker-1", 4875);
	notice_textf(&notice, ": %zu records", SIZE_MAX);
	expect_message(sizeof(size_t) == 8
			       ? "Process worker-1 (pid 4875): 18446744073709551615 records"
			       : "Process worker-1 (pid 4875): 4294967295 records");
}
END_TEST

/* As no format of format.h has it. */
START_TEST(says_what_only_printf_can)
{
	notice_textf(&notice, "%s %03u", "no", 7U);
	notice_textf(&notice, "%s", "!");
	expect_message("no 007!");
}
END_TEST

START_TEST(cuts_a_long_message)
{
	static char expected[NOTICE_MESSAGE_MAX];

	memset(expected, 'x', sizeof(expected));
	memcpy(expected, "It is ", 6);
	notice_textf(&notice, "It is %s", long_text);
	notice_textf(&notice, " and more");
	ck_assert_uint_gt(notice.message.size, NOTICE_MESSAGE_MAX);
	ck_assert_mem_eq(notice.message_data, expected, sizeof(expected));
}
END_TEST

START_TEST(leaves_out_a_field_that_does_not_fit)
{
	const size_t before = notice.fields.size;

	notice_put(&notice, "MPLOG_FILE", long_text);
	ck_assert_uint_eq(notice.fields.size, before);
	notice_put(&notice, "MPLOG_FILE", "short");
	ck_assert_uint_eq(notice.fields.size, before + strlen("MPLOG_FILE=short\n"));
	ck_assert_mem_eq(notice.fields_data + before, "MPLOG_FILE=short\n",
			 strlen("MPLOG_FILE=short\n"));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("notice");
	TCase *tcase = suite_case(suite, "notice", set_up, NULL);

	tcase_add_test(tcase, says_a_sentence);
	tcase_add_test(tcase, says_what_only_printf_can);
	tcase_add_test(tcase, cuts_a_long_message);
	tcase_add_test(tcase, leaves_out_a_field_that_does_not_fit);
	return suite_run(suite);
}
