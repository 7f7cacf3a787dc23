/* SPDX-License-Identifier: MIT */
/* The beginning and the end of every test program's main(). */
#pragma once

#include "lib/hang.h"

#include <check.h>
#include <stdlib.h>
#include <sys/resource.h>

/* How often this process has waited for something: a busy machine does not change that. */
static inline long suite_waits(void)
{
	struct rusage usage;

	ck_assert_int_eq(getrusage(RUSAGE_SELF, &usage), 0);
	return usage.ru_nvcsw;
}

/* Adds a case: each test of it is between set-up and tear-down. */
static inline TCase *suite_case(Suite *suite, const char *name, SFun set_up, SFun tear_down)
{
	TCase *tcase = tcase_create(name);

	tcase_set_timeout(tcase, CASE_SECONDS);
	if (set_up || tear_down)
		tcase_add_checked_fixture(tcase, set_up, tear_down);
	suite_add_tcase(suite, tcase);
	return tcase;
}

/* A number that the environment may set: how long or how often. */
static inline int suite_number(const char *variable, int otherwise)
{
	const char *wanted = getenv(variable);

	return wanted ? atoi(wanted) : otherwise;
}

static inline int suite_run(Suite *suite)
{
	SRunner *runner = srunner_create(suite);
	int failed;

	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
