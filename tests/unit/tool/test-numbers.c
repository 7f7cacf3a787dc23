/* SPDX-License-Identifier: MIT */
#include "tool/journal/numbers.h"

#include "lib/suite.h"

#include <stdlib.h>
#include <string.h>

static void add(struct numbers *numbers, uint64_t number, bool expected)
{
	ck_assert_int_eq(numbers_add(numbers, number, 0), expected);
}

static void expect_gap(const struct numbers *numbers, size_t i, uint64_t last, uint64_t from,
		       uint64_t to)
{
	struct range gap;

	ck_assert(numbers_gap(numbers, i, last, &gap));
	ck_assert_uint_eq(gap.first, from);
	ck_assert_uint_eq(gap.last, to);
}

START_TEST(nothing_is_missing_of_nothing)
{
	struct numbers numbers = { 0 };
	struct range gap;

	ck_assert_uint_eq(numbers_last(&numbers), 0);
	ck_assert_uint_eq(numbers_missing(&numbers, 0), 0);
	ck_assert(!numbers_gap(&numbers, 0, 0, &gap));
	ck_assert(!numbers_has(&numbers, 1));
	ck_assert_uint_eq(numbers_missing(&numbers, 3), 3);
	expect_gap(&numbers, 0, 3, 1, 3);
}
END_TEST

START_TEST(gaps_in_the_middle_and_at_both_ends)
{
	struct numbers numbers = { 0 };
	struct range gap;

	add(&numbers, 3, true);
	add(&numbers, 4, true);
	add(&numbers, 7, true);
	ck_assert_uint_eq(numbers_last(&numbers), 7);
	ck_assert_uint_eq(numbers_missing(&numbers, 9), 6);
	expect_gap(&numbers, 0, 9, 1, 2);
	expect_gap(&numbers, 1, 9, 5, 6);
	expect_gap(&numbers, 2, 9, 8, 9);
	ck_assert(!numbers_gap(&numbers, 3, 9, &gap));
	numbers_free(&numbers);
}
END_TEST

START_TEST(finds_what_came_twice)
{
	struct numbers numbers = { 0 };

	add(&numbers, 1, true);
	add(&numbers, 2, true);
	add(&numbers, 1, false);
	add(&numbers, 2, false);
	add(&numbers, 0, false);
	ck_assert_uint_eq(numbers_missing(&numbers, 2), 0);
	numbers_free(&numbers);
}
END_TEST

/* Against a table, in any order. */
START_TEST(any_order_gives_the_same)
{
	enum { COUNT = 500 };
	struct numbers numbers = { 0 };
	bool present[COUNT + 2] = { false };
	uint64_t missing = 0;

	srand((unsigned)_i);
	for (int n = 0; n < COUNT; n++) {
		const int number = 1 + rand() % COUNT;

		add(&numbers, (uint64_t)number, !present[number]);
		present[number] = true;
	}
	for (int i = 1; i <= COUNT; i++) {
		ck_assert_int_eq(numbers_has(&numbers, (uint64_t)i), present[i]);
		missing += !present[i];
	}
	ck_assert_uint_eq(numbers_missing(&numbers, COUNT), missing);
	for (size_t i = 0; i + 1 < numbers.n; i++)
		ck_assert_uint_lt(numbers.range[i].last + 1, numbers.range[i + 1].first);
	numbers_free(&numbers);
}
END_TEST

START_TEST(a_million_in_order_are_one_range)
{
	struct numbers numbers = { 0 };
	bool all = true;

	for (uint64_t i = 1; i <= 1000000; i++)
		all &= numbers_add(&numbers, i, 0);
	ck_assert(all);
	ck_assert_uint_eq(numbers.n, 1);
	ck_assert_uint_le(numbers.room, 8);
	numbers_free(&numbers);
}
END_TEST

/* Every other number missing: more ranges than there is room for, and the count is still exact. */
START_TEST(memory_is_bounded_and_the_count_exact)
{
	enum { COUNT = 100000 };
	struct numbers numbers = { 0 };
	bool all = true;

	for (uint64_t i = 1; i <= COUNT; i++)
		all &= numbers_add(&numbers, 2 * i, 0);
	ck_assert(all);
	ck_assert_uint_le(numbers.n, NUMBERS_RANGES_MAX);
	ck_assert_uint_eq(numbers_missing(&numbers, 2 * COUNT), COUNT);
	/* One that comes very late fills a gap that is not known by its number any more. */
	ck_assert(numbers_add(&numbers, 3, 0));
	ck_assert_uint_eq(numbers_missing(&numbers, 2 * COUNT), COUNT - 1);
	numbers_free(&numbers);
}
END_TEST

START_TEST(the_largest_numbers_do_no_harm)
{
	struct numbers numbers = { 0 };

	add(&numbers, UINT64_MAX, false);
	add(&numbers, UINT64_MAX - 1, true);
	add(&numbers, UINT64_MAX - 2, true);
	ck_assert_uint_eq(numbers_missing(&numbers, UINT64_MAX - 1), UINT64_MAX - 3);
	expect_gap(&numbers, 0, UINT64_MAX - 1, 1, UINT64_MAX - 3);
	ck_assert_uint_eq(numbers_same_until(&numbers, 1), UINT64_MAX - 3);
	numbers_free(&numbers);
}
END_TEST

START_TEST(ranges_join)
{
	struct numbers numbers = { 0 };

	numbers_add_range(&numbers, (struct range){ .first = 10, .last = 20 });
	numbers_add_range(&numbers, (struct range){ .first = 30, .last = 40 });
	ck_assert_uint_eq(numbers.n, 2);
	numbers_add_range(&numbers, (struct range){ .first = 15, .last = 29 });
	ck_assert_uint_eq(numbers.n, 1);
	ck_assert_uint_eq(numbers.range[0].first, 10);
	ck_assert_uint_eq(numbers.range[0].last, 40);
	numbers_add_range(&numbers, (struct range){ .first = 1, .last = 3 });
	ck_assert_uint_eq(numbers.n, 2);
	numbers_add_range(&numbers, (struct range){ .first = 5, .last = 4 });
	numbers_add_range(&numbers, (struct range){ .first = 0, .last = 4 });
	ck_assert_uint_eq(numbers.n, 2);
	ck_assert_uint_eq(numbers_same_until(&numbers, 1), 3);
	ck_assert_uint_eq(numbers_same_until(&numbers, 4), 9);
	ck_assert_uint_eq(numbers_same_until(&numbers, 12), 40);
	numbers_free(&numbers);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("numbers");
	TCase *tcase = suite_case(suite, "numbers", NULL, NULL);

	tcase_add_test(tcase, nothing_is_missing_of_nothing);
	tcase_add_test(tcase, gaps_in_the_middle_and_at_both_ends);
	tcase_add_test(tcase, finds_what_came_twice);
	tcase_add_loop_test(tcase, any_order_gives_the_same, 1, 20);
	tcase_add_test(tcase, a_million_in_order_are_one_range);
	tcase_add_test(tcase, memory_is_bounded_and_the_count_exact);
	tcase_add_test(tcase, the_largest_numbers_do_no_harm);
	tcase_add_test(tcase, ranges_join);
	return suite_run(suite);
}
