/* SPDX-License-Identifier: MIT */
#include "lib/sanitizer.h"
#include "lib/suite.h"
#include "process/stack.h"

#include <check.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "process/fork-detect.h"
#include "process/thread.h"

enum { FAR = 64 * 1024, LARGE = 100 * 1024, REGISTERS = 12 };

static volatile double seeds[REGISTERS];

/* What a function has found: where its own variables are, and what it was given. */
struct visit {
	uintptr_t address;
	uintptr_t aligned;
	void *argument;
	struct visit *inner;
};

static bool is_far(uintptr_t one, uintptr_t other)
{
	return (one > other ? one - other : other - one) >= FAR;
}

static void note_address(void *argument)
{
	struct visit *visit = argument;
	volatile _Alignas(16) char here[16];

	here[0] = 0;
	visit->address = (uintptr_t)&here[0];
	visit->aligned = (uintptr_t)&here[0] % 16;
	visit->argument = argument;
	if (visit->inner)
		stack_run(note_address, visit->inner);
}

/* Every register that a call may change is changed by this. */
static void use_much(void *argument)
{
	volatile char large[LARGE];
	char text[200];
	double sum = 0;

	for (size_t i = 0; i < sizeof(large); i += 512)
		large[i] = (char)i;
	for (size_t i = 0; i < REGISTERS; i++)
		sum += seeds[i] * (double)(large[512 * i] + 1);
	(void)snprintf(text, sizeof(text), "%f %f %f %f %f %f %f %f %f", sum, sum + 1, sum + 2,
		       sum + 3, sum + 4, sum + 5, sum + 6, sum + 7, sum + 8);
	*(int *)argument += (int)text[0];
}

START_TEST(a_function_has_memory_of_its_own)
{
	struct visit visit = { .inner = NULL };

	stack_run(note_address, &visit);
	ck_assert_ptr_eq(visit.argument, &visit);
	ck_assert_uint_eq(visit.aligned, 0);
	if (!UNDER_ASAN && !UNDER_TSAN)
		ck_assert(is_far(visit.address, (uintptr_t)&visit));
}
END_TEST

START_TEST(a_function_within_one_stays_there)
{
	struct visit inner = { .inner = NULL }, outer = { .inner = &inner };

	stack_run(note_address, &outer);
	ck_assert_ptr_eq(inner.argument, &inner);
	ck_assert(!is_far(outer.address, inner.address));
}
END_TEST

START_TEST(the_caller_finds_its_registers_as_they_were)
{
	double values[REGISTERS];
	long numbers[REGISTERS];
	int told = 0;

	for (int i = 0; i < REGISTERS; i++)
		seeds[i] = i + 0.5;
	for (int i = 0; i < REGISTERS; i++) {
		values[i] = seeds[i] * 3;
		numbers[i] = (long)(seeds[i] * 7);
	}
	stack_run(use_much, &told);
	stack_run(use_much, &told);
	ck_assert_int_ne(told, 0);
	for (int i = 0; i < REGISTERS; i++) {
		ck_assert(values[i] == seeds[i] * 3);
		ck_assert_int_eq(numbers[i], (long)(seeds[i] * 7));
	}
}
END_TEST

START_TEST(a_stack_that_was_trimmed_comes_back)
{
	struct visit visit = { .inner = NULL };

	stack_run(note_address, &visit);
	stack_trim();
	stack_keep();
	stack_trim();
	stack_run(note_address, &visit);
	ck_assert_ptr_eq(visit.argument, &visit);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("stack");
	TCase *tcase = suite_case(suite, "stack", NULL, NULL);

	fork_detect_init();
	thread_init(NULL);
	(void)thread_get();
	tcase_add_test(tcase, a_function_has_memory_of_its_own);
	tcase_add_test(tcase, a_function_within_one_stays_there);
	tcase_add_test(tcase, the_caller_finds_its_registers_as_they_were);
	tcase_add_test(tcase, a_stack_that_was_trimmed_comes_back);
	return suite_run(suite);
}
