/* SPDX-License-Identifier: MIT */
/* Fields of a call of which each is within its limit, and the sum of which is not: the record goes out,
 * with the fields dropped first and the message last. */
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
	NUMBERS = 999,
	BLOB = 32 * MIB - 64 * KIB - 2000,
};

static void setup(void)
{
	journald_start();
	capture_stderr();
	ck_assert_int_eq(setenv("MPLOG_CONF", "/dev/null", 1), 0);
}

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
	Suite *suite = suite_create("emit-sums");
	TCase *tcase = suite_case(suite, "emit-sums", setup, NULL);

	tcase_add_loop_test(tcase, of_a_call, 0, N_CALLS);
	return suite_run(suite);
}
