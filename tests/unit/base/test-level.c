/* SPDX-License-Identifier: MIT */
#include "base/level.h"
#include "lib/suite.h"

#include <check.h>
#include <errno.h>
#include <string.h>
#include <syslog.h>

static const struct {
	const char *name;
	int level;
} accepted[] = {
	{ "emerg", LOG_EMERG },   { "alert", LOG_ALERT },     { "crit", LOG_CRIT },
	{ "err", LOG_ERR },       { "warning", LOG_WARNING }, { "notice", LOG_NOTICE },
	{ "info", LOG_INFO },     { "debug", LOG_DEBUG },     { "none", -1 },
	{ "critical", LOG_CRIT }, { "fatal", LOG_CRIT },      { "error", LOG_ERR },
	{ "warn", LOG_WARNING },  { "trace", LOG_DEBUG },     { "off", -1 },
	{ "DEBUG", LOG_DEBUG },   { "Warning", LOG_WARNING }, { "0", LOG_EMERG },
	{ "7", LOG_DEBUG },
};

static const char *const refused[] = {
	"", " ", "8", "-1", "07", "7 ", " info", "info ", "inf", "infos", "verbose",
};

START_TEST(parses_every_name)
{
	int level = 99;

	ck_assert_int_eq(mplog_level_parse(accepted[_i].name, &level), 0);
	ck_assert_int_eq(level, accepted[_i].level);
}
END_TEST

START_TEST(refuses_and_leaves_the_result_alone)
{
	int level = 99;

	ck_assert_int_eq(mplog_level_parse(refused[_i], &level), -EINVAL);
	ck_assert_int_eq(level, 99);
}
END_TEST

START_TEST(refuses_null)
{
	int level = 99;

	ck_assert_int_eq(mplog_level_parse(NULL, &level), -EINVAL);
	ck_assert_int_eq(mplog_level_parse("info", NULL), -EINVAL);
	ck_assert_int_eq(level, 99);
}
END_TEST

START_TEST(names_come_back)
{
	int level = 99;

	ck_assert_int_eq(mplog_level_parse(mplog_level_name(_i), &level), 0);
	ck_assert_int_eq(level, _i);
}
END_TEST

START_TEST(prints_the_configuration_s_names)
{
	ck_assert_str_eq(mplog_level_name(LOG_CRIT), "crit");
	ck_assert_str_eq(mplog_level_name(LOG_ERR), "err");
	ck_assert_str_eq(mplog_level_name(LOG_WARNING), "warning");
	ck_assert_str_eq(mplog_level_name(LOG_DEBUG), "debug");
	ck_assert_str_eq(mplog_level_name(-1), "none");
	ck_assert_ptr_null(mplog_level_name(8));
	ck_assert_ptr_null(mplog_level_name(-2));
}
END_TEST

START_TEST(offers_what_it_prints)
{
	char offered[sizeof(LEVEL_NAMES)] = "";

	for (int level = MPLOG_EMERG; level <= MPLOG_DEBUG; level++) {
		strcat(offered, mplog_level_name(level));
		strcat(offered, " ");
	}
	strcat(offered, mplog_level_name(MPLOG_NONE));
	ck_assert_str_eq(offered, LEVEL_NAMES);
}
END_TEST

START_TEST(each_word_is_a_level)
{
	int level;

	for (size_t i = 0; level_words[i]; i++)
		ck_assert_int_eq(mplog_level_parse(level_words[i], &level), 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("level");
	TCase *tcase = suite_case(suite, "level", NULL, NULL);

	tcase_add_loop_test(tcase, parses_every_name, 0, sizeof(accepted) / sizeof(accepted[0]));
	tcase_add_loop_test(tcase, refuses_and_leaves_the_result_alone, 0,
			    sizeof(refused) / sizeof(refused[0]));
	tcase_add_test(tcase, refuses_null);
	tcase_add_loop_test(tcase, names_come_back, -1, 8);
	tcase_add_test(tcase, prints_the_configuration_s_names);
	tcase_add_test(tcase, offers_what_it_prints);
	tcase_add_test(tcase, each_word_is_a_level);
	return suite_run(suite);
}
