/* SPDX-License-Identifier: MIT */
/* The end of every test program's main(). */
#pragma once

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

static inline int suite_run(Suite *suite)
{
	SRunner *runner = srunner_create(suite);
	int failed;

	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
