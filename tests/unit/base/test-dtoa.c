/* SPDX-License-Identifier: MIT */
#include "base/dtoa.h"

#include <check.h>
#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/suite.h"

static const char *put(double number)
{
	static char buffer[64];
	struct strbuf text = { buffer, sizeof(buffer) - 1, 0 };

	strbuf_put_double(&text, number);
	buffer[text.size] = '\0';
	return buffer;
}

static const struct {
	double number;
	const char *text;
} examples[] = {
	{ 0.0, "0" },
	{ -0.0, "-0" },
	{ 1.0, "1" },
	{ -1.5, "-1.5" },
	{ 0.1, "0.1" },
	{ 0.1 + 0.2, "0.30000000000000004" },
	{ 1.0 / 3, "0.3333333333333333" },
	{ 123456.789, "123456.789" },
	{ 100.0, "100" },
	{ 1e16, "10000000000000000" },
	{ 1e17, "1e+17" },
	{ 0.00001, "0.00001" },
	{ 0.0000012, "1.2e-06" },
	{ 9007199254740993.0, "9007199254740992" },
	{ DBL_MAX, "1.7976931348623157e+308" },
	{ DBL_MIN, "2.2250738585072014e-308" },
	{ 5e-324, "5e-324" },
	{ INFINITY, "inf" },
	{ -INFINITY, "-inf" },
	{ NAN, "nan" },
};

START_TEST(writes_the_shortest_that_reads_back)
{
	ck_assert_str_eq(put(examples[_i].number), examples[_i].text);
}
END_TEST

START_TEST(reads_back_whatever_it_is)
{
	srand(1);
	for (int i = 0; i < 10000; i++) {
		const double number = ldexp((double)rand() / RAND_MAX, rand() % 2000 - 1000);

		ck_assert(strtod(put(number), NULL) == number);
	}
}
END_TEST

/* The digits of a decimal without the zeroes around them. */
static const char *digits_of(const char *text, char ret[32])
{
	size_t n = 0;

	for (; *text && *text != 'e'; text++) {
		if (*text >= (n == 0 ? '1' : '0') && *text <= '9')
			ret[n++] = *text;
	}
	while (n > 0 && ret[n - 1] == '0')
		n--;
	ret[n] = '\0';
	return ret;
}

/* As printf(3) finds them: the first of 15, 16 and 17 digits that read back. */
static const char *printed_digits(double number, char ret[32])
{
	char printed[64];

	for (int digits = 15;; digits++) {
		(void)snprintf(printed, sizeof(printed), "%.*e", digits - 1, number);
		if (digits == 17 || strtod(printed, NULL) == number)
			return digits_of(printed, ret);
	}
}

static void expect_digits_of_printf(double number)
{
	char ours[32], theirs[32];

	ck_assert_msg(strcmp(digits_of(put(number), ours), printed_digits(number, theirs)) == 0 &&
			      strtod(put(number), NULL) == number,
		      "%.17g: %s", number, put(number));
}

/* Each with its neighbours, which have no short decimal. */
START_TEST(short_decimals_have_the_digits_of_printf)
{
	static const double places[] = { 1, 10, 100, 1000, 1e4, 1e5, 1e6, 1e9, 1e12, 1e15, 1e18 };

	srand(2);
	for (int i = 0; i < 60000; i++) {
		const long whole = i < 2000 ? i : (long)rand() * (i % 7 == 0 ? rand() : 1);
		const double number =
			(double)whole / places[(size_t)i % (sizeof(places) / sizeof(*places))];

		if (number < 1e-290)
			continue;
		expect_digits_of_printf(number);
		expect_digits_of_printf(nextafter(number, 0));
		expect_digits_of_printf(nextafter(number, INFINITY));
	}
}
END_TEST

/* With a comma, and where the machine has it with a point of two bytes. */
START_TEST(has_a_point_in_every_locale)
{
	static const char *const locales[] = { "de_DE.UTF-8", "de_DE", "ps_AF.UTF-8", "C.UTF-8" };

	for (size_t i = 0; i < sizeof(locales) / sizeof(locales[0]); i++) {
		if (!setlocale(LC_ALL, locales[i]))
			continue;
		ck_assert_str_eq(put(1234.5), "1234.5");
	}
	ck_assert_ptr_nonnull(setlocale(LC_ALL, "C"));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("dtoa");
	TCase *tcase = suite_case(suite, "dtoa", NULL, NULL);

	tcase_add_loop_test(tcase, writes_the_shortest_that_reads_back, 0,
			    sizeof(examples) / sizeof(*examples));
	tcase_add_test(tcase, reads_back_whatever_it_is);
	tcase_add_test(tcase, short_decimals_have_the_digits_of_printf);
	tcase_add_test(tcase, has_a_point_in_every_locale);
	return suite_run(suite);
}
