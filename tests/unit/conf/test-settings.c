/* SPDX-License-Identifier: MIT */
#include "conf/settings.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/suite.h"
#include "mplog.h"

enum { MANY = 10000, NAME_SIZE = 32 };

static struct settings settings;
static struct settings_fields applied_fields;

static struct rule make_rule(const char *name, const char *identifier,
			     const struct assignment *assignments, size_t n)
{
	return (struct rule){
		.file = "test",
		.name = glob_compile(name),
		.identifier = glob_compile(identifier),
		.scope = glob_compile("*"),
		.assignments = assignments,
		.n_assignments = n,
	};
}

static void resolve(const struct rule *rule, size_t n, const char *identifier, const char *process)
{
	const struct rules rules = { rule, n };

	memset(&applied_fields, 0, sizeof(applied_fields));
	settings_init(&settings, &applied_fields);
	settings_apply(&settings, &rules, identifier, process);
}

START_TEST(built_in_defaults)
{
	resolve(NULL, 0, "ingestd", "main");
	ck_assert_int_eq(settings.number[SETTING_LEVEL], MPLOG_INFO);
	ck_assert_str_eq(settings.text[SETTING_PREFIX], "process=%n ");
	ck_assert_int_eq(settings.number[SETTING_SINK], SINK_CHOICE_AUTO);
	ck_assert_int_eq(settings.number[SETTING_ECHO], SETTING_AUTO);
	ck_assert_int_eq(settings.number[SETTING_TIMEOUT_MS], 1000);
	ck_assert_int_eq(settings.number[SETTING_RATE_LIMIT_BURST], 0);
	ck_assert_int_eq(settings.number[SETTING_SEQUENCE], 1);
	ck_assert_ptr_null(settings.text[SETTING_CHILD_NAME]);
	ck_assert_int_eq(settings.number[SETTING_BLACKBOX_LEVEL], MPLOG_NONE);
	ck_assert_int_eq(settings.number[SETTING_BLACKBOX_SIZE_KB], 64);
	ck_assert_int_eq(settings.number[SETTING_BLACKBOX_DUMP], MPLOG_ERR);
	ck_assert_int_eq(settings.number[SETTING_SYSLOG_FACILITY], FACILITY_UNSET);
	ck_assert_ptr_null(settings.by[SETTING_LEVEL]);
	ck_assert_uint_eq(applied_fields.n, 0);
}
END_TEST

START_TEST(later_rule_wins)
{
	const struct assignment debug = { SETTING_LEVEL, MPLOG_DEBUG, NULL, 3 };
	const struct assignment notice = { SETTING_LEVEL, MPLOG_NOTICE, NULL, 7 };
	const struct rule rule[] = { make_rule("worker-*", "*", &debug, 1),
				     make_rule("worker-1", "*", &notice, 1) };

	resolve(rule, 2, "x", "worker-1");
	ck_assert_int_eq(settings.number[SETTING_LEVEL], MPLOG_NOTICE);
	ck_assert_ptr_eq(settings.by[SETTING_LEVEL], &rule[1]);
	ck_assert_uint_eq(settings.line[SETTING_LEVEL], 7);
	resolve(rule, 2, "x", "worker-2");
	ck_assert_int_eq(settings.number[SETTING_LEVEL], MPLOG_DEBUG);
	resolve(rule, 2, "x", "main");
	ck_assert_int_eq(settings.number[SETTING_LEVEL], MPLOG_INFO);
}
END_TEST

START_TEST(name_identifier_and_scope_all_have_to_match)
{
	const struct assignment debug = { SETTING_LEVEL, MPLOG_DEBUG, NULL, 1 };
	struct rule rule = make_rule("db-*", "ingestd", &debug, 1);

	resolve(&rule, 1, "ingestd", "db-1");
	ck_assert_int_eq(settings.number[SETTING_LEVEL], MPLOG_DEBUG);
	resolve(&rule, 1, "other", "db-1");
	ck_assert_int_eq(settings.number[SETTING_LEVEL], MPLOG_INFO);
	rule.scope = glob_compile("team-*");
	resolve(&rule, 1, "ingestd", "db-1");
	ck_assert_int_eq(settings.number[SETTING_LEVEL], MPLOG_INFO);
	rule.scope = (struct glob){ NULL };
	resolve(&rule, 1, "ingestd", "db-1");
	ck_assert_int_eq(settings.number[SETTING_LEVEL], MPLOG_DEBUG);
}
END_TEST

START_TEST(sinks_have_prefixes_of_their_own)
{
	const struct assignment prefixes[] = { { SETTING_PREFIX, 0, "all ", 1 },
					       { SETTING_STDERR_PREFIX, 0, "", 2 } };
	const struct rule rule = make_rule("*", "*", prefixes, 2);

	resolve(&rule, 1, "x", "main");
	ck_assert_str_eq(settings_prefix(&settings, SETTING_JOURNAL_PREFIX), "all ");
	ck_assert_str_eq(settings_prefix(&settings, SETTING_STDERR_PREFIX), "");
}
END_TEST

START_TEST(later_field_takes_the_place_of_the_earlier)
{
	const struct field_assignment first[] = { { "ROLE", "worker", 1 }, { "ZONE", "a", 2 } };
	const struct field_assignment second[] = { { "ROLE", "db", 3 } };
	struct rule rule[] = { make_rule("*", "*", NULL, 0), make_rule("db", "*", NULL, 0) };

	rule[0].fields = first;
	rule[0].n_fields = 2;
	rule[1].fields = second;
	rule[1].n_fields = 1;
	resolve(rule, 2, "x", "db");
	ck_assert_uint_eq(applied_fields.n, 2);
	ck_assert_str_eq(applied_fields.field[0]->value, "db");
	ck_assert_ptr_eq(applied_fields.by[0], &rule[1]);
	ck_assert_str_eq(applied_fields.field[1]->value, "a");
	resolve(rule, 2, "x", "main");
	ck_assert_str_eq(applied_fields.field[0]->value, "worker");
}
END_TEST

START_TEST(fields_beyond_the_most_are_left_out)
{
	static char name[SETTINGS_FIELDS_MAX + 10][NAME_SIZE];
	static struct field_assignment fields[SETTINGS_FIELDS_MAX + 10];
	struct rule rule = make_rule("*", "*", NULL, 0);

	for (size_t i = 0; i < SETTINGS_FIELDS_MAX + 10; i++) {
		(void)snprintf(name[i], sizeof(name[i]), "FIELD_%zu", i);
		fields[i] = (struct field_assignment){ name[i], "x", 1 };
	}
	rule.fields = fields;
	rule.n_fields = SETTINGS_FIELDS_MAX + 10;
	resolve(&rule, 1, "x", "main");
	ck_assert_uint_eq(applied_fields.n, SETTINGS_FIELDS_MAX);
	for (size_t i = 0; i < SETTINGS_FIELDS_MAX; i++)
		ck_assert_ptr_eq(applied_fields.field[i], &fields[i]);
}
END_TEST

START_TEST(ten_thousand_rules_apply)
{
	static struct rule rule[MANY];
	static char name[MANY][NAME_SIZE];
	const struct assignment debug = { SETTING_LEVEL, MPLOG_DEBUG, NULL, 1 };

	for (size_t i = 0; i < MANY; i++) {
		(void)snprintf(name[i], sizeof(name[i]), i % 2 ? "worker-%zu-*" : "w*[0-9]-%zu", i);
		rule[i] = make_rule(name[i], "*", &debug, 1);
	}
	resolve(rule, MANY, "ingestd", "worker-9999-1");
	ck_assert_int_eq(settings.number[SETTING_LEVEL], MPLOG_DEBUG);
}
END_TEST

static const struct {
	enum setting setting;
	const char *text;
	int result, number;
} words[] = {
	{ SETTING_LEVEL, "Warn", 0, MPLOG_WARNING },
	{ SETTING_LEVEL, "vebrose", -EINVAL, 0 },
	{ SETTING_SINK, "syslog", 0, SINK_CHOICE_SYSLOG },
	{ SETTING_SINK, "Syslog", -EINVAL, 0 },
	{ SETTING_SYSLOG_FACILITY, "daemon", 0, 3 },
	{ SETTING_SYSLOG_FACILITY, "local7", 0, 23 },
	{ SETTING_SYSLOG_FACILITY, "kern", -EINVAL, 0 },
	{ SETTING_SYSLOG_FACILITY, "", -EINVAL, 0 },
	{ SETTING_ECHO, "auto", 0, SETTING_AUTO },
	{ SETTING_ECHO, "false", 0, 0 },
	{ SETTING_SEQUENCE, "auto", -EINVAL, 0 },
	{ SETTING_TIMEOUT_MS, "5", -EINVAL, 0 },
	{ SETTING_PREFIX, "x", -EINVAL, 0 },
};

START_TEST(parses_words)
{
	int number = 0;

	ck_assert_int_eq(setting_parse(words[_i].setting, words[_i].text, &number),
			 words[_i].result);
	ck_assert_int_eq(number, words[_i].number);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("settings");
	TCase *tcase = suite_case(suite, "settings", NULL, NULL);

	tcase_add_test(tcase, built_in_defaults);
	tcase_add_test(tcase, later_rule_wins);
	tcase_add_test(tcase, name_identifier_and_scope_all_have_to_match);
	tcase_add_test(tcase, sinks_have_prefixes_of_their_own);
	tcase_add_test(tcase, later_field_takes_the_place_of_the_earlier);
	tcase_add_test(tcase, fields_beyond_the_most_are_left_out);
	tcase_add_test(tcase, ten_thousand_rules_apply);
	tcase_add_loop_test(tcase, parses_words, 0, sizeof(words) / sizeof(words[0]));
	return suite_run(suite);
}
