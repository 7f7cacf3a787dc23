/* SPDX-License-Identifier: MIT */
#include "record/format.h"

#include <check.h>
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>

#include "lib/suite.h"

static char ours[512];
static char libc[512];

/* False where it is left to vsnprintf. */
__attribute__((format(printf, 1, 2))) static bool format(const char *fmt, ...)
{
	va_list ap;
	char *end;

	va_start(ap, fmt);
	errno = ENOENT;
	end = format_put(ours, ours + sizeof(ours) - 1, fmt, ap, ENOENT);
	va_end(ap);
	if (end)
		*end = '\0';
	va_start(ap, fmt);
	errno = ENOENT;
	(void)vsnprintf(libc, sizeof(libc), fmt, ap);
	va_end(ap);
	return end != NULL;
}

#define check_same(...)                         \
	do {                                    \
		ck_assert(format(__VA_ARGS__)); \
		ck_assert_str_eq(ours, libc);   \
	} while (0)

START_TEST(says_what_libc_says)
{
	check_same("nothing");
	check_same("%s%s", "", "two strings");
	check_same("%d %i %d", 0, -1, INT_MAX);
	check_same("%d %ld", INT_MIN, LONG_MIN);
	if (sizeof(long long) == sizeof(long))
		check_same("%lld %llu %llx", LLONG_MIN, ULLONG_MAX, ULLONG_MAX);
	else
		ck_assert(!format("%lld", LLONG_MIN));
	check_same("%u %lu %zu", UINT_MAX, ULONG_MAX, SIZE_MAX);
	check_same("%x %lx %zx %x", 255u, 0xdeadbeefUL, (size_t)16, 0u);
	check_same("%zd", (ssize_t)-5);
	check_same("100 %% of %c%c", 'a', '\xff');
	check_same("%s: %m", "open");
	check_same("%d%%%s%d", 1, "%d", 2);
}
END_TEST

START_TEST(survives_a_null)
{
	const char *volatile null = NULL;

	ck_assert(format("a %s b", null));
	ck_assert_str_eq(ours, "a (null) b");
}
END_TEST

START_TEST(leaves_the_rest_to_libc)
{
	ck_assert(!format("%5d", 1));
	ck_assert(!format("%-5s", "x"));
	ck_assert(!format("%.2s", "xyz"));
	ck_assert(!format("%*d", 5, 1));
	ck_assert(!format("%f", 0.5));
	ck_assert(!format("%p", (void *)ours));
	ck_assert(!format("%hhd", 1));
	ck_assert(!format("%jd", (intmax_t)1));
	ck_assert(!format("%o %X", 8u, 255u));
	ck_assert(!format("%#x", 1u));
	ck_assert(!format("%ls", L"x"));
	ck_assert(!format("%d then %5d", 1, 2));
}
END_TEST

/* Every number of digits, and its neighbours. */
START_TEST(counts_digits)
{
	for (unsigned long power = 1;; power *= 10) {
		check_same("%lu %lu %lu", power - 1, power, power * 9);
		if (power > ULONG_MAX / 10)
			break;
	}
}
END_TEST

/* A per cent sign at the end is no directive; nothing is read behind it. */
START_TEST(stops_at_the_end)
{
	const char fmt[] = "100 %\0d";
	va_list none;

	memset(&none, 0, sizeof(none));
	ck_assert_ptr_null(format_put(ours, ours + sizeof(ours), fmt, none, 0));
}
END_TEST

/* With room for n bytes it writes all that they hold, or leaves it to vsnprintf. */
START_TEST(stays_within_its_room)
{
	const char fmt[] = "ab 100%";
	va_list none;

	memset(&none, 0, sizeof(none));
	ck_assert_ptr_null(format_put(NULL, NULL, "", none, 0));
	for (size_t room = 0; room < 6; room++) {
		memset(ours, '#', sizeof(ours));
		ck_assert_ptr_null(format_put(ours, ours + room, fmt, none, 0));
		ck_assert_int_eq(ours[room], '#');
	}
	ck_assert_ptr_eq(format_put(ours, ours + 6, "ab 100", none, 0), ours + 6);
}
END_TEST

/* Short ones are written as a word, of which the end may lie behind the text, but not behind the room. */
START_TEST(literals_of_any_length_stay_within_their_room)
{
	static const char literal[] = "abcdefghijklmnopqrstuvwxyz";
	va_list none;

	memset(&none, 0, sizeof(none));
	for (size_t skipped = 0; skipped < sizeof(literal); skipped++) {
		const char *const fmt = literal + skipped;
		const size_t size = strlen(fmt);

		for (size_t room = 0; room < 2 * size + 16; room++) {
			char *const end = room < size ? NULL : ours + size;

			memset(ours, '#', sizeof(ours));
			ck_assert_ptr_eq(format_put(ours, ours + room, fmt, none, 0), end);
			ck_assert_int_eq(ours[room], '#');
			if (end)
				ck_assert_mem_eq(ours, fmt, size);
		}
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("format");
	TCase *tcase = suite_case(suite, "format", NULL, NULL);

	tcase_add_test(tcase, says_what_libc_says);
	tcase_add_test(tcase, survives_a_null);
	tcase_add_test(tcase, leaves_the_rest_to_libc);
	tcase_add_test(tcase, counts_digits);
	tcase_add_test(tcase, stops_at_the_end);
	tcase_add_test(tcase, stays_within_its_room);
	tcase_add_test(tcase, literals_of_any_length_stay_within_their_room);
	return suite_run(suite);
}
