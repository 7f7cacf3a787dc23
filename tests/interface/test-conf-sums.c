/* SPDX-License-Identifier: MIT */
/* Fields of a configuration of which each is within its limit, and the sum of which is not; and a
 * string of it where memory is short. A program logs on; mplog check names the sum. */
#include "lib/capture.h"
#include "lib/journald.h"
#include "lib/require.h"
#include "lib/sanitizer.h"
#include "lib/shell.h"
#include "lib/suite.h"
#include "lib/sysconfdir.h"

#include <mplog.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

enum {
	KIB = 1024,
	MIB = 1024 * KIB,
	VALUE = 64 * KIB,
	FIELDS_A_FILE = 60, /* each file is below its own limit */
};

static const char drop_ins[] = SYSCONFDIR "/mplog.conf.d";

static void setup(void)
{
	journald_start();
	sysconfdir_cover();
	capture_stderr();
}

static void configure(const char *path)
{
	ck_assert_int_eq(setenv("MPLOG_CONF", path, 1), 0);
}

static void write_fields(const char *path, const char *rule, int first, int last)
{
	FILE *const file = fopen(path, "we");
	char *const value = malloc(VALUE);

	ck_assert_ptr_nonnull(file);
	ck_assert_ptr_nonnull(value);
	memset(value, 'v', VALUE);
	ck_assert_int_gt(fprintf(file, "processes = ( { name = \"%s\"; fields = {\n", rule), 0);
	for (int i = first; i < last; i++)
		ck_assert_int_gt(fprintf(file, "F%d = \"%.*s\";\n", i, VALUE, value), 0);
	ck_assert_int_gt(fprintf(file, "}; } );\n"), 0);
	ck_assert_int_eq(fclose(file), 0);
	free(value);
}

/* Fields F0, F1 ... of one name, in files that are within their own limit. */
static void write_drop_ins(const char *rule, int fields)
{
	char path[64];

	for (int first = 0; first < fields; first += FIELDS_A_FILE) {
		const int last = first + FIELDS_A_FILE;

		(void)snprintf(path, sizeof(path), "%s/%04d.conf", drop_ins, first);
		write_fields(path, rule, first, last < fields ? last : fields);
	}
}

static size_t records_of(const char *process)
{
	char match[80];

	(void)snprintf(match, sizeof(match), "PROCESS=%s", process);
	return journal_count("SYSLOG_IDENTIFIER=sums", match, "CODE_FUNC=log_as", NULL);
}

static void log_as(const void *process)
{
	struct mplog_stats stats = { .size = sizeof(stats) };

	REQUIRE(mplog_open("sums", process, 0) == 0);
	REQUIRE(mplog_info("first") >= 0);
	REQUIRE(mplog_info("second") >= 0);
	REQUIRE(mplog_get_stats(&stats) == 0);
	REQUIRE(stats.lost == 0);
	mplog_close();
}

/* ---- Fields of a configuration ---------------------------------------------------------------- */

static const int too_many[] = { 17, 64, 200, 497, 505, 511, 512, 513, 600 };

enum { N_TOO_MANY = sizeof(too_many) / sizeof(too_many[0]), FEW = 15 };

static char *check(int *ret_status)
{
	char *const output = shell(ret_status, "mplog check 2>&1");

	ck_assert(WIFEXITED(*ret_status));
	return output;
}

START_TEST(of_fields_are_a_mistake)
{
	char process[32], *output;
	int status;

	(void)snprintf(process, sizeof(process), "named-%d", too_many[_i]);
	write_drop_ins(process, too_many[_i]);
	output = check(&status);
	ck_assert_msg(WEXITSTATUS(status) == 1, "%s: exit status %d", process, WEXITSTATUS(status));
	ck_assert_msg(strstr(output, "error") && strstr(output, process) && strstr(output, "MiB"),
		      "%s", output);
	free(output);
}
END_TEST

START_TEST(of_few_fields_are_none)
{
	char *output;
	int status;

	write_drop_ins("few", FEW);
	output = check(&status);
	ck_assert_msg(WEXITSTATUS(status) == 0, "%s", output);
	free(output);
	require_in_child(log_as, "few");
	ck_assert_uint_eq(records_of("few"), 2);
}
END_TEST

START_TEST(of_fields_do_not_silence_a_program)
{
	char process[32];

	(void)snprintf(process, sizeof(process), "big-%d", too_many[_i]);
	write_drop_ins(process, too_many[_i]);
	require_in_child(log_as, process);
	ck_assert_uint_eq(records_of(process), 2);
}
END_TEST

/* Several rules of one name, each of them small. */
START_TEST(of_rules_that_match_together)
{
	char *output;
	int status;

	write_fields(SYSCONFDIR "/mplog.conf.d/a.conf", "*", 0, 10);
	write_fields(SYSCONFDIR "/mplog.conf.d/b.conf", "both", 10, 20);
	output = check(&status);
	ck_assert_int_eq(WEXITSTATUS(status), 1);
	free(output);
	require_in_child(log_as, "both");
	ck_assert_uint_eq(records_of("both"), 2);
}
END_TEST

/* ---- Fields, each small, that are too many together -------------------------------------------- */

enum { MANY = 1000, OF_A_PROGRAM = 40 };

static void write_many_fields(const char *path, const char *rule, int first, int last)
{
	FILE *const file = fopen(path, "we");

	ck_assert_ptr_nonnull(file);
	ck_assert_int_gt(fprintf(file, "processes = ( { name = \"%s\"; fields = {\n", rule), 0);
	for (int i = first; i < last; i++)
		ck_assert_int_gt(fprintf(file, "F%d = %d;\n", i, i), 0);
	ck_assert_int_gt(fprintf(file, "}; } );\n"), 0);
	ck_assert_int_eq(fclose(file), 0);
}

static void set_fields(void)
{
	char name[16];

	for (int i = 0; i < OF_A_PROGRAM; i++) {
		(void)snprintf(name, sizeof(name), "P%d", i);
		REQUIRE(mplog_set_field(name, "program") == 0);
	}
}

static void log_with_fields(const void *process)
{
	REQUIRE(mplog_open("sums", process, 0) == 0);
	set_fields();
	REQUIRE(mplog_info("plain") == 0);
	REQUIRE(mplog_event(MPLOG_INFO, MPLOG_FIELDS(MPLOG_F("F0", 2)), "event") == 0);
	REQUIRE(mplog_event(MPLOG_INFO, MPLOG_FIELDS(MPLOG_F("bad name", 1)), "bad") == 0);
	mplog_close();
}

/* journald drops a record of more than 1,024 fields, and says nothing. */
static void expect_record(const char *process, const char *message, const char *bad_field)
{
	char match[80], text[80];
	struct journal_entries all;
	size_t found = 0;

	(void)snprintf(match, sizeof(match), "PROCESS=%s", process);
	(void)snprintf(text, sizeof(text), "process=%s %s", process, message);
	all = journal_read("SYSLOG_IDENTIFIER=sums", match, NULL);
	for (size_t i = 0; i < all.n; i++) {
		const struct journal_entry *const entry = &all.entries[i];

		if (strcmp(journal_value(entry, "MESSAGE"), text) != 0)
			continue;
		found++;
		ck_assert_str_eq(journal_value(entry, "MPLOG_BAD_FIELD"), bad_field);
		ck_assert_ptr_nonnull(journal_field(entry, "P0"));
		ck_assert_ptr_nonnull(journal_field(entry, "F0"));
	}
	ck_assert_uint_eq(found, 1);
	journal_entries_free(&all);
}

START_TEST(of_rules_and_a_program_are_too_many)
{
	write_many_fields(SYSCONFDIR "/mplog.conf.d/a.conf", "many", 0, MANY);
	require_in_child(log_with_fields, "many");
	expect_record("many", "plain", "F960");
	expect_record("many", "event", "F960");
	expect_record("many", "bad", "bad name");
}
END_TEST

START_TEST(of_rules_are_too_many)
{
	char *output;
	int status;

	write_many_fields(SYSCONFDIR "/mplog.conf.d/a.conf", "both*", 0, MANY / 2 + 1);
	write_many_fields(SYSCONFDIR "/mplog.conf.d/b.conf", "both-1", MANY / 2 + 1, MANY + 10);
	output = check(&status);
	ck_assert_int_eq(WEXITSTATUS(status), 1);
	ck_assert_msg(strstr(output, "b.conf:1") && strstr(output, "both-1") &&
			      strstr(output, "F1000") && strstr(output, "1000"),
		      "%s", output);
	free(output);
	require_in_child(log_as, "both-1");
	ck_assert_uint_eq(records_of("both-1"), 2);
}
END_TEST

START_TEST(of_rules_are_just_enough)
{
	char *output;
	int status;

	write_many_fields(SYSCONFDIR "/mplog.conf.d/a.conf", "both*", 0, MANY / 2);
	write_many_fields(SYSCONFDIR "/mplog.conf.d/b.conf", "both-1", MANY / 2 - 10, MANY);
	output = check(&status);
	ck_assert_msg(WEXITSTATUS(status) == 0, "%s", output);
	free(output);
}
END_TEST

/* ---- A string, where memory is short ---------------------------------------------------------- */

static const struct {
	size_t string, memory;
} lengths[] = {
	{ 7 * MIB, 40 * MIB }, { 7 * MIB, 32 * MIB }, { 3 * MIB, 24 * MIB },
	{ 3 * MIB, 16 * MIB }, { 1 * MIB, 8 * MIB },  { 128 * KIB, 8 * MIB },
};

enum { N_LENGTHS = sizeof(lengths) / sizeof(lengths[0]) };

static size_t address_space(void)
{
	FILE *const file = fopen("/proc/self/statm", "re");
	unsigned long pages = 0;

	REQUIRE(file && fscanf(file, "%lu", &pages) == 1);
	(void)fclose(file);
	return pages * (size_t)sysconf(_SC_PAGESIZE);
}

static void log_with_little(const void *argument)
{
	const size_t most = address_space() + *(const size_t *)argument;

	REQUIRE(setrlimit(RLIMIT_AS, &(struct rlimit){ most, most }) == 0);
	log_as("little");
}

START_TEST(of_a_string)
{
	const char path[] = "/run/mplog-test/string.conf";
	FILE *const file = fopen(path, "we");
	char *const text = malloc(lengths[_i].string);
	const size_t before = records_of("little");

	memset(text, 's', lengths[_i].string);
	ck_assert_int_gt(fprintf(file, "defaults = { prefix = \"%.*s\"; };\n",
				 (int)lengths[_i].string, text),
			 0);
	ck_assert_int_eq(fclose(file), 0);
	free(text);
	configure(path);
	require_in_child(log_with_little, &lengths[_i].memory);
	ck_assert_uint_eq(records_of("little"), before + 2);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("conf-sums");
	TCase *tcase = suite_case(suite, "conf-sums", setup, NULL);

	tcase_add_loop_test(tcase, of_fields_are_a_mistake, 0, N_TOO_MANY);
	tcase_add_test(tcase, of_few_fields_are_none);
	tcase_add_loop_test(tcase, of_fields_do_not_silence_a_program, 0, N_TOO_MANY);
	tcase_add_test(tcase, of_rules_that_match_together);
	tcase_add_test(tcase, of_rules_and_a_program_are_too_many);
	tcase_add_test(tcase, of_rules_are_too_many);
	tcase_add_test(tcase, of_rules_are_just_enough);
	if (!UNDER_ASAN && !UNDER_TSAN) /* their shadow does not fit under a limit */
		tcase_add_loop_test(tcase, of_a_string, 0, N_LENGTHS);
	return suite_run(suite);
}
