/* SPDX-License-Identifier: MIT */
/* Many things of which each is within its limit, and the sum of which is not within any: the fields of a
 * configuration, the fields of a call. A program logs on, with the fields dropped first and the message
 * last. */
#include "lib/capture.h"
#include "lib/journald.h"
#include "lib/require.h"
#include "lib/shell.h"
#include "lib/suite.h"

#include <mplog.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum {
	KIB = 1024,
	MIB = 1024 * KIB,
	VALUE = 64 * KIB,
	FIELDS_A_FILE = 60, /* each file is below its own limit */
	NUMBERS = 999,
	BLOB = 32 * MIB - 64 * KIB - 2000,
};

static const char drop_ins[] = "/etc/mplog.conf.d";

/* In the test's private mount namespace /etc is a copy: drop-ins are read from there alone. */
static void setup(void)
{
	journald_start();
	free(shell_expect(0,
			  "test -d /run/etc || { cp -a /etc/. /run/etc 2>/dev/null; "
			  "mkdir -p /run/etc; mount --bind /run/etc /etc; }; "
			  "rm -rf %s; mkdir %s",
			  drop_ins, drop_ins));
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

static const int numbers_of_fields[] = { 17, 64, 200, 497, 505, 511, 512, 513, 600 };

enum { N_NUMBERS = sizeof(numbers_of_fields) / sizeof(numbers_of_fields[0]) };

START_TEST(of_fields_do_not_silence_a_program)
{
	char process[32];

	(void)snprintf(process, sizeof(process), "big-%d", numbers_of_fields[_i]);
	write_drop_ins(process, numbers_of_fields[_i]);
	require_in_child(log_as, process);
	ck_assert_uint_eq(records_of(process), 2);
}
END_TEST

/* ---- Fields of a call ------------------------------------------------------------------------- */

static struct mplog_field numbers[1 + NUMBERS];
static char names[NUMBERS][65];

/* The longest names and the longest numbers. */
static void fill_numbers(unsigned type)
{
	for (int i = 0; i < NUMBERS; i++) {
		struct mplog_field *const field = &numbers[1 + i];

		(void)snprintf(names[i], sizeof(names[i]), "N%04d_%058d", i, 0);
		*field = (struct mplog_field){ .name = names[i], .type = type };
		if (type == MPLOG_FIELD_REAL)
			field->value.real = -1.2345678901234567e-300;
		else if (type == MPLOG_FIELD_BOOL)
			field->value.unsigned_number = 0;
		else if (type == MPLOG_FIELD_UINT)
			field->value.unsigned_number = UINT64_MAX;
		else
			field->value.number = INT64_MIN;
	}
}

struct call {
	const char *process;
	unsigned type;
	size_t blob;
};

static const struct call calls[] = {
	{ "int", MPLOG_FIELD_INT, BLOB },
	{ "uint", MPLOG_FIELD_UINT, BLOB },
	{ "real", MPLOG_FIELD_REAL, BLOB },
	{ "bool", MPLOG_FIELD_BOOL, BLOB },
	{ "int-32m", MPLOG_FIELD_INT, 32 * MIB },
	{ "int-less", MPLOG_FIELD_INT, 32 * MIB - 100 * KIB },
	{ "int-least", MPLOG_FIELD_INT, 32 * MIB - 150 * KIB },
};

enum { N_CALLS = sizeof(calls) / sizeof(calls[0]) };

static void emit(const void *argument)
{
	const struct call *const call = argument;
	char *const blob = malloc(call->blob);

	REQUIRE(blob != NULL);
	memset(blob, 'b', call->blob);
	fill_numbers(call->type);
	numbers[0] = (struct mplog_field){
		.name = "BLOB", .type = MPLOG_FIELD_BLOB, .size = call->blob, .value.data = blob
	};
	REQUIRE(mplog_open("sums", call->process, 0) == 0);
	REQUIRE(mplog_emit(NULL, MPLOG_INFO, 0, numbers, 1 + NUMBERS, "[whole message %d]", 7) >=
		0);
	REQUIRE(mplog_info("the next one") >= 0);
	mplog_close();
}

START_TEST(of_a_call)
{
	char match[80];
	struct journal_entries all;
	size_t found = 0;

	configure("/dev/null");
	require_in_child(emit, &calls[_i]);
	(void)snprintf(match, sizeof(match), "PROCESS=%s", calls[_i].process);
	all = journal_read("SYSLOG_IDENTIFIER=sums", match, NULL);
	for (size_t i = 0; i < all.n; i++) {
		if (!strstr(journal_value(&all.entries[i], "MESSAGE"), "[whole message 7]"))
			continue;
		found++;
		ck_assert(journal_field(&all.entries[i], "BLOB") ||
			  journal_field(&all.entries[i], "MPLOG_TRUNCATED"));
	}
	ck_assert_uint_eq(found, 1);
	journal_entries_free(&all);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("sums");
	TCase *tcase = suite_case(suite, "sums", 120, setup, NULL);

	tcase_add_loop_test(tcase, of_fields_do_not_silence_a_program, 0, N_NUMBERS);
	tcase_add_loop_test(tcase, of_a_call, 0, N_CALLS);
	return suite_run(suite);
}
