/* SPDX-License-Identifier: MIT */
#include "lib/suite.h"
#include "scope/pattern.h"
#include "scope/scope-config.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "mplog.h"
#include "record/encoding.h"
#include "scope/scope.h"

static struct assignment assignments[8];
static struct field_assignment fields[8];
static struct rule rule;
static struct rules rules = { &rule, 1 };

static struct scope_params source_of(const char *process)
{
	rule = (struct rule){
		.file = "/etc/mplog.conf",
		.name = glob_compile("worker-*"),
		.identifier = glob_compile("*"),
		.scope = glob_compile("*"),
		.assignments = assignments,
		.fields = fields,
	};
	return (struct scope_params){
		.identifier = "ingestd",
		.run_id = "0123456789abcdef0123456789abcdef",
		.process = process,
		.parent = "main",
		.number = 3,
		.pid = 4711,
		.program_level = LEVEL_UNSET,
		.default_level = LEVEL_UNSET,
		.files = &rules,
	};
}

static void set(enum setting setting, int number, const char *text)
{
	assignments[rule.n_assignments++] = (struct assignment){ setting, number, text, 12 };
}

static bool has(struct bytes bytes, const char *text)
{
	return memmem(bytes.data, bytes.size, text, strlen(text));
}

START_TEST(a_rule_decides_for_those_it_matches)
{
	struct scope_params source = source_of("worker-1");
	struct scope_config *config;

	set(SETTING_LEVEL, MPLOG_DEBUG, NULL);
	config = scope_config_new(&source);
	ck_assert_int_eq(config->level, MPLOG_DEBUG);
	ck_assert_int_eq(config->level_by, LEVEL_BY_CONFIGURATION);
	ck_assert_str_eq(config->origin, "/etc/mplog.conf:12");
	source.process = "main";
	config = scope_config_new(&source);
	ck_assert_int_eq(config->level, MPLOG_INFO);
	ck_assert_int_eq(config->level_by, LEVEL_BY_DEFAULT);
	ck_assert_str_eq(config->origin, "");
}
END_TEST

START_TEST(the_order_of_what_decides_the_level)
{
	struct scope_params source = source_of("worker-1");
	struct assignment from_environment = { SETTING_LEVEL, MPLOG_ERR, NULL, 0 };
	struct rule environment_rule = rule;
	const struct rules environment = { &environment_rule, 1 };

	environment_rule.assignments = &from_environment;
	environment_rule.n_assignments = 1;
	source.default_level = MPLOG_NOTICE;
	ck_assert_int_eq(scope_config_new(&source)->level, MPLOG_NOTICE);
	set(SETTING_LEVEL, MPLOG_DEBUG, NULL);
	ck_assert_int_eq(scope_config_new(&source)->level, MPLOG_DEBUG);
	source.environment = &environment;
	ck_assert_int_eq(scope_config_new(&source)->level, MPLOG_ERR);
	ck_assert_int_eq(scope_config_new(&source)->level_by, LEVEL_BY_ENVIRONMENT);
	source.program_level = MPLOG_NONE;
	ck_assert_int_eq(scope_config_new(&source)->level, MPLOG_NONE);
	ck_assert_int_eq(scope_config_new(&source)->level_by, LEVEL_BY_PROGRAM);
}
END_TEST

START_TEST(the_head_names_the_process)
{
	const struct scope_params source = source_of("worker-1");
	const struct scope_config *config = scope_config_new(&source);

	ck_assert(has(config->head, "SYSLOG_IDENTIFIER=ingestd\n") ||
		  has(config->head, "SYSLOG_IDENTIFIER\n"));
	ck_assert(has(config->head, "worker-1"));
	ck_assert(has(config->head, "PROCESS_PARENT"));
	ck_assert(has(config->head, "0123456789abcdef0123456789abcdef"));
	ck_assert(!has(config->head, "SYSLOG_FACILITY"));
}
END_TEST

START_TEST(prefixes_are_expanded_a_sink_each)
{
	struct scope_params source = source_of("worker-1");
	const struct scope_config *config;

	set(SETTING_PREFIX, 0, "[%n of %i, %P's %c, %p 100%%] ");
	set(SETTING_STDERR_PREFIX, 0, "%n: ");
	config = scope_config_new(&source);
	ck_assert(has(config->output.prefix[SINK_JOURNAL],
		      "[worker-1 of ingestd, main's 3, 4711 100%] "));
	ck_assert_uint_eq(config->output.prefix[SINK_STDERR].size, strlen("worker-1: "));
	ck_assert(has(config->output.prefix[SINK_STDERR], "worker-1: "));
}
END_TEST

START_TEST(the_programs_fields_take_the_rules_place)
{
	struct scope_params source = source_of("worker-1");
	char own[256];
	const struct bytes value = { "mine", 4 }, name = { "ROLE", 4 };
	struct encoded_field field;
	struct scope_config *config;
	struct bytes cursor;
	int n = 0;

	fields[0] = (struct field_assignment){ "ROLE", "theirs", 1 };
	fields[1] = (struct field_assignment){ "ZONE", "eu", 1 };
	rule.n_fields = 2;
	source.fields = (struct bytes){ own, encoding_put(own, sizeof(own), name, value) };
	config = scope_config_new(&source);
	for (cursor = config->fields; encoding_next(&cursor, &field); n++)
		ck_assert(!has(field.value, "theirs"));
	ck_assert_int_eq(n, 2);
	ck_assert(has(config->fields, "mine"));
	ck_assert(has(config->own_fields, "mine"));
	ck_assert(!has(config->own_fields, "eu"));
}
END_TEST

START_TEST(one_that_needs_more_than_a_page_gets_it)
{
	static char large[20000];
	struct scope_params source = source_of("worker-1");
	struct scope_config *config;

	memset(large, 'x', sizeof(large) - 1);
	fields[0] = (struct field_assignment){ "LARGE", large, 1 };
	rule.n_fields = 1;
	config = scope_config_new(&source);
	ck_assert(has(config->fields, large));
	ck_assert_str_eq(config->process, "worker-1");
	scope_config_free(config);
}
END_TEST

START_TEST(fields_are_put_in_and_taken_out)
{
	char one[256], two[256];
	const struct bytes a = { "A", 1 }, b = { "B", 1 }, value = { "1\n2", 3 };
	struct bytes fields_now = { one, 0 };
	size_t size;

	fields_now.size =
		encoding_replace_field(one, sizeof(one), (struct bytes){ NULL, 0 }, a, &value);
	size = encoding_replace_field(two, sizeof(two), fields_now, b, &value);
	ck_assert_uint_eq(size, encoding_replace_field(NULL, 0, fields_now, b, &value));
	ck_assert_uint_eq(size, 2 * fields_now.size);
	size = encoding_replace_field(one, sizeof(one), (struct bytes){ two, size }, a, NULL);
	ck_assert_uint_eq(size,
			  encoding_replace_field(NULL, 0, (struct bytes){ one, size }, b, &value));
	ck_assert(has((struct bytes){ one, size }, "B"));
	ck_assert(!has((struct bytes){ one, size }, "A"));
}
END_TEST

START_TEST(patterns_are_cut_to_the_room_there_is)
{
	const struct pattern_vars vars = { "worker", "ingestd", "main", 1, 2, 3 };
	char small[4] = "zzz";
	struct strbuf text = { .data = small, .capacity = 3 }, none = { 0 };

	pattern_expand(&text, "%n-%C", &vars);
	ck_assert_uint_eq(text.size, strlen("worker-3"));
	ck_assert_str_eq(small, "wor");
	pattern_expand(&none, "%%%", &vars);
	ck_assert_uint_eq(none.size, 2);
}
END_TEST

/* The configuration that was about to be made when the program changed does not pass for a new one. */
START_TEST(a_change_amid_is_not_missed)
{
	struct scope_params source;

	ck_assert_int_eq(mplog_open("scope-config", "main", MPLOG_PRIVATE), 0);
	scope_get_params(&process_scope, &source);
	ck_assert_int_eq(mplog_set_default_level(MPLOG_DEBUG), 0);
	ck_assert_int_eq(scope_set_config(&process_scope, &source), 0);
	ck_assert_int_eq(mplog_level(), MPLOG_DEBUG);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("scope-config");
	TCase *tcase = suite_case(suite, "scope-config", NULL, NULL);

	tcase_add_test(tcase, a_rule_decides_for_those_it_matches);
	tcase_add_test(tcase, the_order_of_what_decides_the_level);
	tcase_add_test(tcase, the_head_names_the_process);
	tcase_add_test(tcase, prefixes_are_expanded_a_sink_each);
	tcase_add_test(tcase, the_programs_fields_take_the_rules_place);
	tcase_add_test(tcase, one_that_needs_more_than_a_page_gets_it);
	tcase_add_test(tcase, fields_are_put_in_and_taken_out);
	tcase_add_test(tcase, patterns_are_cut_to_the_room_there_is);
	tcase_add_test(tcase, a_change_amid_is_not_missed);
	return suite_run(suite);
}
