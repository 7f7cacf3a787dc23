/* SPDX-License-Identifier: MIT */
/* json-record: what an object of JSON says is in the record, and nothing hostile in it does harm. */

#include "lib/suite.h"
#include "record/field-name.h"
#include "record/fields.h"
#include "tool/run/json-record.h"
#include "tool/run/json-text.h"

#include <check.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct json_record record;
static char *line;

static void setup(void)
{
	ck_assert_int_eq(json_record_init(&record), 0);
}

static void tear_down(void)
{
	json_record_free(&record);
	free(line);
	line = NULL;
}

/* Of its size to the byte, so that tools see what reads over the end. */
static bool read_bytes(const char *data, size_t size)
{
	free(line);
	line = malloc(size ? size : 1);
	ck_assert_ptr_nonnull(line);
	memcpy(line, data, size);
	return json_record_read(&record, (struct bytes){ line, size }, MPLOG_INFO);
}

static bool read_text(const char *text)
{
	return read_bytes(text, strlen(text));
}

static bool is(struct bytes bytes, const char *text)
{
	return bytes.size == strlen(text) && memcmp(bytes.data, text, bytes.size) == 0;
}

/* As the library takes them: the last one of a name. */
static const struct mplog_field *find(const char *name)
{
	for (size_t i = record.n_fields; i-- > 0;) {
		if (strcmp(record.fields[i].name, name) == 0)
			return &record.fields[i];
	}
	return NULL;
}

static void check_field(const char *name, const char *value)
{
	const struct mplog_field *const field = find(name);

	ck_assert_msg(field != NULL, "no %s", name);
	ck_assert_msg(is((struct bytes){ field->value.data, field->size }, value), "%s is %.*s",
		      name, (int)field->size, (const char *)field->value.data);
}

/* The one field of an object. */
static void check_one(const char *text, const char *name, const char *value)
{
	ck_assert_msg(read_text(text), "%s", text);
	ck_assert_msg(record.n_fields == 1, "%s: %zu fields", text, record.n_fields);
	check_field(name, value);
}

/* ---- Which lines are objects ------------------------------------------------------------------ */

static const char *const objects[] = {
	"{}",
	"{ }",
	"{\"a\":1}  ",
	"{\"a\":1}\r",
	"{ \"a\" : [ ] , \"b\" : { } }",
	"{\"\":\"\"}",
	"{\"a\":[1,-2.5e+10,0,-0,0.1,1E9,true,false,null,\"x\",[[]],{\"b\":{}}]}",
	"{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\"}",
	"{\"a\":\"\x7f\xff\xc3\"}",
	"{\"a\":1,\"a\":2}",
};

static const char *const others[] = {
	"",
	"{",
	"}",
	"[]",
	"1",
	"\"a\"",
	" {}",
	"{}x",
	"{}{}",
	"{\"a\":1,}",
	"{,}",
	"{\"a\"}",
	"{\"a\":}",
	"{\"a\" 1}",
	"{a:1}",
	"{'a':1}",
	"{\"a\":01}",
	"{\"a\":+1}",
	"{\"a\":.5}",
	"{\"a\":1.}",
	"{\"a\":1e}",
	"{\"a\":1e+}",
	"{\"a\":-}",
	"{\"a\":0x1}",
	"{\"a\":NaN}",
	"{\"a\":Infinity}",
	"{\"a\":tru}",
	"{\"a\":truex}",
	"{\"a\":nul",
	"{\"a\":[1,]}",
	"{\"a\":[1}",
	"{\"a\":[}",
	"{\"a\":1]",
	"{\"a\":\"",
	"{\"a\":\"\\\"}",
	"{\"a\":\"\\x\"}",
	"{\"a\":\"\\u12\"}",
	"{\"a\":\"\\u12g4\"}",
	"{\"a\":\"\\u",
	"{\"a\":\"\t\"}",
	"{\"a\":\"\x01\"}",
	"{\"a\":1}\v",
	"{\"a\":1 /* no */}",
};

START_TEST(the_rules_of_json_are_kept)
{
	for (size_t i = 0; i < sizeof(objects) / sizeof(objects[0]); i++)
		ck_assert_msg(read_text(objects[i]), "%s", objects[i]);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		ck_assert_msg(!read_text(others[i]), "%s", others[i]);
	ck_assert(!read_bytes("{\"a\":1}\0", 8));
	ck_assert(!read_bytes("{\"a\0\":1}", 8));
}
END_TEST

/* ---- What they say ---------------------------------------------------------------------------- */

START_TEST(level_message_logger_and_time)
{
	ck_assert(read_text("{\"time\":\"2026-01-01T00:00:00Z\",\"level\":\"warn\","
			    "\"logger\":\"db\",\"msg\":\"a \\\"b\\\"\\n\",\"n\":1.50}"));
	ck_assert_int_eq(record.level, MPLOG_WARNING);
	ck_assert(is(record.message, "a \"b\"\n"));
	ck_assert_str_eq(record.logger, "db");
	ck_assert_uint_eq(record.n_fields, 2);
	check_field("TIME", "2026-01-01T00:00:00Z");
	check_field("N", "1.50");

	ck_assert(read_text("{\"PRIORITY\":\"3\",\"MESSAGE\":\"x\",\"@timestamp\":12e5}"));
	ck_assert_int_eq(record.level, MPLOG_ERR);
	ck_assert(is(record.message, "x"));
	ck_assert_ptr_null(record.logger);
	check_field("TIME", "12e5");
}
END_TEST

static const struct {
	const char *word;
	int level;
} levels[] = {
	{ "\"emerg\"", 0 },
	{ "\"ALERT\"", 1 },
	{ "\"Critical\"", 2 },
	{ "\"fatal\"", 2 },
	{ "\"panic\"", 2 },
	{ "\"ERROR\"", 3 },
	{ "\"warning\"", 4 },
	{ "\"notice\"", 5 },
	{ "\"info\"", 6 },
	{ "\"trace\"", 7 },
	{ "0", 0 },
	{ "7", 7 },
	{ "\"4\"", 4 },
	{ "10", 7 },
	{ "20", 7 },
	{ "30", 6 },
	{ "40", 4 },
	{ "50", 3 },
	{ "60", 2 },
	{ "35", 6 },
	{ "\"50\"", 3 },
	{ "\"\\u0065rr\"", 3 },
};

static const char *const no_levels[] = {
	"8",
	"9",
	"61",
	"70",
	"100",
	"-1",
	"1.5",
	"\"007\"",
	"3e0",
	"99999999999999999999",
	"true",
	"null",
	"\"none\"",
	"\"off\"",
	"\"\"",
	"\"x\"",
	"[3]",
	"{\"a\":3}",
	"\"err\\u0000\"",
	"\"a level with a name that is too long\"",
};

START_TEST(levels_have_names_and_numbers)
{
	char text[128];

	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		(void)snprintf(text, sizeof(text), "{\"level\":%s}", levels[i].word);
		ck_assert(read_text(text));
		ck_assert_msg(record.level == levels[i].level, "%s is %d", text, record.level);
		ck_assert_uint_eq(record.n_fields, 0);
	}
	for (size_t i = 0; i < sizeof(no_levels) / sizeof(no_levels[0]); i++) {
		(void)snprintf(text, sizeof(text), "{\"severity\":%s}", no_levels[i]);
		ck_assert(read_text(text));
		ck_assert_msg(record.level == MPLOG_INFO, "%s is %d", text, record.level);
		ck_assert_msg(record.n_fields == (strcmp(no_levels[i], "null") != 0), "%s", text);
	}
}
END_TEST

START_TEST(the_usual_key_has_the_role)
{
	ck_assert(read_text("{\"msg\":\"b\",\"message\":\"a\",\"lvl\":1,\"severity\":2}"));
	ck_assert_int_eq(record.level, 2);
	ck_assert(is(record.message, "a"));
	ck_assert_uint_eq(record.n_fields, 2);
	check_field("MSG", "b");
	check_field("LVL", "1");
	ck_assert(read_text("{\"level\":\"odd\",\"lvl\":1,\"message\":null,\"msg\":{\"a\":1}}"));
	ck_assert_int_eq(record.level, 1);
	ck_assert(is(record.message, "{\"a\":1}"));
	check_one("{\"msg\":{\"a\":1},\"message\":\"a\"}", "MSG_A", "1");
	check_one("{\"message\":\"a\",\"logger\":7}", "JSON_LOGGER", "7");
	ck_assert(read_text("{\"logger\":\"a\\u0000b\"}"));
	ck_assert_ptr_null(record.logger);
	ck_assert_uint_eq(find("JSON_LOGGER")->size, 3);
}
END_TEST

START_TEST(without_a_message_it_is_the_line)
{
	ck_assert(read_text("{\"event\":\"started\"}"));
	ck_assert(is(record.message, "{\"event\":\"started\"}"));
	check_field("EVENT", "started");
}
END_TEST

START_TEST(the_last_of_a_key_counts)
{
	ck_assert(
		read_text("{\"msg\":\"a\",\"level\":3,\"msg\":\"b\",\"x\":1,\"level\":4,\"X\":2}"));
	ck_assert(is(record.message, "b"));
	ck_assert_int_eq(record.level, 4);
	ck_assert_uint_eq(record.n_fields, 2);
	check_field("X", "2");
}
END_TEST

START_TEST(strings_are_what_they_mean)
{
	check_one("{\"a\":\"\\u00e4\\u20ac\\ud83d\\ude00\\/\"}", "A",
		  "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80/");
	check_one("{\"a\":\"\\ud83d|\\ude00|\\ud83d\\u0041\"}", "A",
		  "\xef\xbf\xbd|\xef\xbf\xbd|\xef\xbf\xbd"
		  "A");
	check_one("{\"a\":\"\\ud83d\"}", "A", "\xef\xbf\xbd");
	check_one("{\"a\":\"\xff\xe4\"}", "A", "\xff\xe4");
	check_one("{\"a\":\"\"}", "A", "");
	ck_assert(read_text("{\"a\":\"1\\u00002\"}"));
	ck_assert_uint_eq(find("A")->size, 3);
	ck_assert_mem_eq(find("A")->value.data, "1\0002", 3);
}
END_TEST

START_TEST(values_stay_as_they_are_written)
{
	check_one("{\"a\":123456789012345678901234567890e999999}", "A",
		  "123456789012345678901234567890e999999");
	check_one("{\"a\":true}", "A", "true");
	check_one("{\"a\": [ 1, {\"b\":\"\\n\"} ] }", "A", "[ 1, {\"b\":\"\\n\"} ]");
	check_one("{\"a\":{ },\"b\":null}", "A", "{ }");
}
END_TEST

START_TEST(objects_are_taken_apart)
{
	ck_assert(read_text("{\"http\":{\"status\":200,\"req\":{\"id\":\"x\"},\"none\":null},"
			    "\"http_x\":1}"));
	ck_assert_uint_eq(record.n_fields, 3);
	check_field("HTTP_STATUS", "200");
	check_field("HTTP_REQ_ID", "x");
	check_field("HTTP_X", "1");
	/* Level and message are the outermost ones. */
	check_one("{\"a\":{\"msg\":1}}", "A_MSG", "1");
	check_one("{\"a\":{\"b\":{\"c\":{\"d\":{\"e\":{\"f\":{\"g\":{\"h\":{\"i\":1}}}}}}}}}",
		  "A_B_C_D_E_F_G_H", "{\"i\":1}");
}
END_TEST

/* ---- Hostile ones ----------------------------------------------------------------------------- */

static const struct {
	const char *key, *name;
} names[] = {
	{ "a-b.c d", "A_B_C_D" },
	{ "camelCase9", "CAMELCASE9" },
	{ "\xc3\xa4\xe2\x82\xacx", "JSON_X" },
	{ "x\xc3\xa4\xe2\x82\xac", "X__" },
	{ "", "JSON_" },
	{ "9", "JSON_9" },
	{ "_PID", "JSON_PID" },
	{ "\\u005fUID", "JSON_UID" },
	{ "__CURSOR", "JSON_CURSOR" },
	{ "PROCESS", "JSON_PROCESS" },
	{ "process", "JSON_PROCESS" },
	{ "\\u0070rocess", "JSON_PROCESS" },
	{ "process-seq", "JSON_PROCESS_SEQ" },
	{ "run.id", "JSON_RUN_ID" },
	{ "code_file", "JSON_CODE_FILE" },
	{ "mplog_lost", "JSON_MPLOG_LOST" },
	{ "mplog.", "JSON_MPLOG_" },
	{ "syslog_identifier", "JSON_SYSLOG_IDENTIFIER" },
	{ "syslog_pid", "JSON_SYSLOG_PID" },
	{ "object_pid", "JSON_OBJECT_PID" },
	{ "coredump_unit", "JSON_COREDUMP_UNIT" },
	{ "unit", "JSON_UNIT" },
	{ "message_id", "JSON_MESSAGE_ID" },
	{ "units", "UNITS" },
	{ "a\\u0000b", "A_B" },
	{ "a\\nMESSAGE=b", "A_MESSAGE_B" },
	{ "x23456789012345678901234567890123456789012345678901234567890123456789",
	  "X234567890123456789012345678901234567890123456789012345678901234" },
	{ "_23456789012345678901234567890123456789012345678901234567890123456789",
	  "JSON_23456789012345678901234567890123456789012345678901234567890" },
};

START_TEST(names_are_valid_and_none_is_believed)
{
	char text[256];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		(void)snprintf(text, sizeof(text), "{\"%s\":1}", names[i].key);
		check_one(text, names[i].name, "1");
		ck_assert(field_name_is_valid(names[i].name, strlen(names[i].name)));
	}
	check_one("{\"process\":{\"seq\":1}}", "JSON_PROCESS_SEQ", "1");
	check_one("{\"_\":{\"\":{\"PID\":1}}}", "JSON_PID", "1");
}
END_TEST

/* An object of n levels. */
static char *nest(char opening, char closing, size_t n)
{
	char *const text = malloc(16 + n * 6);
	char *at = text;

	ck_assert_ptr_nonnull(text);
	at = stpcpy(at, "{\"a\":");
	for (size_t i = 1; i < n; i++) {
		*at++ = opening;
		if (opening == '{' && i + 1 < n)
			at = stpcpy(at, "\"a\":");
	}
	for (size_t i = 1; i < n; i++)
		*at++ = closing;
	(void)stpcpy(at, "}");
	return text;
}

START_TEST(depth_is_bounded)
{
	static const char brackets[][2] = { { '[', ']' }, { '{', '}' } };

	for (size_t i = 0; i < 2; i++) {
		for (size_t n = JSON_DEPTH_MAX; n <= JSON_DEPTH_MAX + 1; n++) {
			char *const text = nest(brackets[i][0], brackets[i][1], n);

			ck_assert_msg(read_text(text) == (n == JSON_DEPTH_MAX), "%s", text);
			free(text);
		}
		char *const text = nest(brackets[i][0], brackets[i][1], 1 << 20);

		ck_assert(!read_text(text));
		free(text);
	}
}
END_TEST

/* The library leaves out what is over, and tells so. */
START_TEST(fields_are_bounded)
{
	enum { MEMBERS = 100000 };
	char *const text = malloc(MEMBERS * 16 + 32);
	char *at = text;

	ck_assert_ptr_nonnull(text);
	*at++ = '{';
	for (int i = 0; i < MEMBERS; i++)
		at += sprintf(at, "\"a%d\":\"\\n\",", i);
	(void)stpcpy(at, "\"msg\":\"last\"}");
	ck_assert(read_text(text));
	ck_assert_uint_eq(record.n_fields, RECORD_FIELDS_MAX + 1);
	ck_assert(is(record.message, "last"));
	free(text);
}
END_TEST

/* ---- By chance -------------------------------------------------------------------------------- */

static uint64_t state = 88172645463325252u;

static size_t chance(size_t n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (size_t)(state % n);
}

static const char seed[] =
	"{\"time\":1.5e3,\"level\":\"warn\",\"msg\":\"a\\u00e4\\ud83d\\ude00\\n\",\"logger\":\"x\",\"_PID\":[1,{}],"
	"\"o\":{\"a\":{\"b\":null,\"c\":true}},\"msg\":\"\xc3\xa4\",\"lvl\":30,\"severity\":-0}";

static void mutate(char *text, size_t *size)
{
	static const char likely[] = "{}[]\",:\\u0019eE+-.ntfdD \t\n\x80\xff";
	const size_t at = chance(*size);

	switch (chance(4)) {
	case 0:
		text[at] = (char)chance(256);
		break;
	case 1:
		text[at] = likely[chance(sizeof(likely))];
		break;
	case 2:
		if (*size > 1)
			memmove(text + at, text + at + 1, --*size - at);
		break;
	default:
		memmove(text + at + 1, text + at, *size - at);
		text[at] = likely[chance(sizeof(likely))];
		++*size;
	}
}

static void check_record(void)
{
	ck_assert_int_ge(record.level, MPLOG_EMERG);
	ck_assert_int_le(record.level, MPLOG_DEBUG);
	ck_assert(!record.logger || record.logger[0]);
	for (size_t i = 0; i < record.n_fields; i++) {
		const char *const name = record.fields[i].name;

		ck_assert(field_name_is_valid(name, strlen(name)));
		ck_assert(!field_name_is_reserved(name, strlen(name)));
		ck_assert_ptr_nonnull(record.fields[i].value.data);
		ck_assert_uint_le(record.fields[i].size, sizeof(seed) + 8);
	}
}

START_TEST(mutants_do_no_harm)
{
	const int rounds = suite_number("MPLOG_TEST_MUTANTS", 200000);
	int read = 0;

	for (int i = 0; i < rounds; i++) {
		char text[sizeof(seed) + 8];
		size_t size = sizeof(seed) - 1;

		memcpy(text, seed, size);
		for (size_t n = 1 + chance(6); n > 0; n--)
			mutate(text, &size);
		if (!read_bytes(text, size))
			continue;
		read++;
		check_record();
	}
	ck_assert_int_gt(read, rounds / 100);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("json-record");
	TCase *tcase = suite_case(suite, "json-record", setup, tear_down);

	tcase_add_test(tcase, the_rules_of_json_are_kept);
	tcase_add_test(tcase, level_message_logger_and_time);
	tcase_add_test(tcase, levels_have_names_and_numbers);
	tcase_add_test(tcase, the_usual_key_has_the_role);
	tcase_add_test(tcase, without_a_message_it_is_the_line);
	tcase_add_test(tcase, the_last_of_a_key_counts);
	tcase_add_test(tcase, strings_are_what_they_mean);
	tcase_add_test(tcase, values_stay_as_they_are_written);
	tcase_add_test(tcase, objects_are_taken_apart);
	tcase_add_test(tcase, names_are_valid_and_none_is_believed);
	tcase_add_test(tcase, depth_is_bounded);
	tcase_add_test(tcase, fields_are_bounded);
	tcase_add_test(tcase, mutants_do_no_harm);
	return suite_run(suite);
}
