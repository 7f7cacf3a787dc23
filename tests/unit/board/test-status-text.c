/* SPDX-License-Identifier: MIT */
#include "board/status-text.h"

#include <stdio.h>
#include <string.h>

#include "lib/suite.h"

static char buffer[256];

static struct strbuf begin(void)
{
	memset(buffer, 0, sizeof(buffer));
	return (struct strbuf){ .data = buffer, .capacity = sizeof(buffer) - 1 };
}

START_TEST(what_is_written_is_read)
{
	static const struct status_file good = { "/etc/mplog.conf", 1700000000, "loaded", "" };
	static const struct status_file bad = { "/a b", 0, "left out", "3: a name\twas expected" };
	struct strbuf text = begin();
	struct status_text status;
	struct status_file file;

	status_text_put_process(&text, true, false);
	status_text_put_file(&text, &good);
	status_text_put_file(&text, &bad);
	status = status_text_begin(buffer);
	ck_assert(status.is_single);
	ck_assert(!status.is_frozen);
	ck_assert(status_text_next(&status, &file));
	ck_assert_str_eq(file.path, good.path);
	ck_assert_int_eq(file.mtime_s, good.mtime_s);
	ck_assert_str_eq(file.state, good.state);
	ck_assert_str_eq(file.error, good.error);
	ck_assert(status_text_next(&status, &file));
	ck_assert_str_eq(file.path, bad.path);
	ck_assert_int_eq(file.mtime_s, 0);
	ck_assert_str_eq(file.state, bad.state);
	ck_assert_str_eq(file.error, bad.error);
	ck_assert(!status_text_next(&status, &file));
}
END_TEST

START_TEST(words_stand_alone_or_together)
{
	for (int i = 0; i < 4; i++) {
		struct strbuf text = begin();
		struct status_text status;
		struct status_file file;

		status_text_put_process(&text, i & 1, i & 2);
		status = status_text_begin(buffer);
		ck_assert_int_eq(status.is_single, !!(i & 1));
		ck_assert_int_eq(status.is_frozen, !!(i & 2));
		ck_assert(!status_text_next(&status, &file));
	}
}
END_TEST

/* The text on a slot has a fixed size. */
START_TEST(a_line_that_was_cut_is_read_as_far_as_it_goes)
{
	char text[] = "\n/etc/mplog.conf\t17";
	struct status_text status = status_text_begin(text);
	struct status_file file;

	ck_assert(status_text_next(&status, &file));
	ck_assert_str_eq(file.path, "/etc/mplog.conf");
	ck_assert_int_eq(file.mtime_s, 17);
	ck_assert_str_eq(file.state, "");
	ck_assert_str_eq(file.error, "");
	ck_assert(!status_text_next(&status, &file));
}
END_TEST

START_TEST(a_time_beyond_the_calendar_is_none)
{
	static const char *const times[] = { "-1", "253402300800", "99999999999999999999", "x",
					     "" };

	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		struct status_text status;
		struct status_file file;

		(void)snprintf(buffer, sizeof(buffer), "\n/a\t%s\tloaded\t\n", times[i]);
		status = status_text_begin(buffer);
		ck_assert(status_text_next(&status, &file));
		ck_assert_int_eq(file.mtime_s, 0);
		ck_assert_str_eq(file.state, "loaded");
	}
}
END_TEST

START_TEST(nothing_is_read_from_nothing)
{
	char empty[] = "";
	struct status_text status = status_text_begin(empty);
	struct status_file file;

	ck_assert(!status.is_single);
	ck_assert(!status.is_frozen);
	ck_assert(!status_text_next(&status, &file));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("status-text");
	TCase *tcase = suite_case(suite, "status-text", NULL, NULL);

	tcase_add_test(tcase, what_is_written_is_read);
	tcase_add_test(tcase, words_stand_alone_or_together);
	tcase_add_test(tcase, a_line_that_was_cut_is_read_as_far_as_it_goes);
	tcase_add_test(tcase, a_time_beyond_the_calendar_is_none);
	tcase_add_test(tcase, nothing_is_read_from_nothing);
	return suite_run(suite);
}
