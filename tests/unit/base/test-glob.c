/* SPDX-License-Identifier: MIT */
#include "base/glob.h"

#include <fnmatch.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "lib/suite.h"

static const struct {
	const char *pattern, *string;
	bool matches;
} cases[] = {
	{ "*", "", true },
	{ "*", "worker-1", true },
	{ "main", "main", true },
	{ "main", "mai", false },
	{ "main", "main2", false },
	{ "worker-*", "worker-", true },
	{ "worker-*", "worker-12", true },
	{ "worker-*", "worker", false },
	{ "worker-?", "worker-1", true },
	{ "worker-?", "worker-12", false },
	{ "worker-[0-9]", "worker-7", true },
	{ "worker-[!0-9]", "worker-7", false },
	{ "worker-[^0-9]", "worker-x", true },
	{ "[[:digit:]]*", "1st", true },
	{ "*-[[:upper:][:digit:]]", "db-X", true },
	{ "*.d*b", "a.db.dxb", true },
	{ "*a*a*a*", "aa", false },
	{ "a\\*b", "a*b", true },
	{ "a\\*b", "axb", false },
	{ "[]-]", "]", true },
	{ "[a-]", "-", true },
	{ "db/*", "db/a/b", true },
	{ "", "", true },
	{ "", "a", false },
};

static const char *const malformed[] = { "[",       "[]",         "[!]",
					 "a[b",     "x\\",        "[[:nothing:]]",
					 "[a-",     "[[:alpha:]", "[\\",
					 "[[=a=]]", "[[.a.]]",    "[a-[.c.]]" };

static bool matches(const char *pattern, const char *string)
{
	return glob_match_once(pattern, string);
}

START_TEST(matches_as_documented)
{
	ck_assert_ptr_null(glob_mistake(cases[_i].pattern));
	ck_assert_int_eq(matches(cases[_i].pattern, cases[_i].string), cases[_i].matches);
}
END_TEST

/* Each class, byte by byte, as fnmatch(3) has it in the C locale. */
START_TEST(classes_are_those_of_c)
{
	static const char *const names[] = {
		"alnum", "alpha", "blank", "cntrl", "digit", "graph",
		"lower", "print", "punct", "space", "upper", "xdigit"
	};
	char pattern[32];

	(void)snprintf(pattern, sizeof(pattern), "[[:%s:]]", names[_i]);
	ck_assert_ptr_null(glob_mistake(pattern));
	for (int byte = 1; byte < 256; byte++) {
		const char string[] = { (char)byte, '\0' };

		ck_assert_int_eq(matches(pattern, string), fnmatch(pattern, string, 0) == 0);
	}
}
END_TEST

START_TEST(malformed_is_refused_and_harmless)
{
	ck_assert_ptr_nonnull(glob_mistake(malformed[_i]));
	(void)matches(malformed[_i], "worker-1");
}
END_TEST

START_TEST(length_counts_not_the_nul)
{
	const struct glob glob = glob_compile("ab?");

	ck_assert(glob_match(&glob, "abcd", 3));
	ck_assert(!glob_match(&glob, "abcd", 4));
}
END_TEST

START_TEST(kinds)
{
	ck_assert_int_eq(glob_compile("*").kind, GLOB_ANY);
	ck_assert_int_eq(glob_compile("main").kind, GLOB_LITERAL);
	ck_assert_int_eq(glob_compile("w-*").kind, GLOB_PATTERN);
	ck_assert_int_eq(glob_compile("w-**").kind, GLOB_PATTERN);
	ck_assert_int_eq(glob_compile("a\\b").kind, GLOB_PATTERN);
	ck_assert_uint_eq(glob_compile("w-*").literal, 2);
}
END_TEST

/* xorshift: the same patterns in each run. */
static uint32_t next(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

static void make(uint32_t *state, const char *const *pieces, size_t n, size_t most, char *ret)
{
	const size_t count = next(state) % (most + 1);

	ret[0] = '\0';
	for (size_t i = 0; i < count; i++)
		strcat(ret, pieces[next(state) % n]);
}

START_TEST(same_as_fnmatch)
{
	static const char *const pieces[] = {
		"a",     "b",  "c", "-",  "*",  "?",     "[",    "]",         "!",
		"^",     "\\", ":", ".",  "=",  "[a-c]", "[!b]", "[:alpha:]", "[[:digit:]x]",
		"[.-.]", "1",  "/", "[a", "\\]"
	};
	static const char *const letters[] = { "a", "b", "c", "-", "1", "]", "!", "/", "." };
	enum { ROUNDS = 400000 };
	uint32_t state = 2463534242u;
	char pattern[256], string[64];
	int n_valid = 0, n_matches = 0;

	for (int i = 0; i < ROUNDS; i++) {
		make(&state, pieces, sizeof(pieces) / sizeof(pieces[0]), 8, pattern);
		make(&state, letters, sizeof(letters) / sizeof(letters[0]), 6, string);
		if (glob_mistake(pattern))
			continue;
		const bool expected = fnmatch(pattern, string, 0) == 0;
		ck_assert_msg(matches(pattern, string) == expected,
			      "%s against %s: fnmatch says %d", pattern, string, expected);
		n_valid++;
		n_matches += expected;
	}
	/* That it compared something. */
	ck_assert_int_gt(n_valid, ROUNDS / 10);
	ck_assert_int_gt(n_matches, ROUNDS / 100);
}
END_TEST

START_TEST(no_pattern_is_slow)
{
	char pattern[256] = "", string[64];

	for (size_t i = 0; i < 60; i++)
		strcat(pattern, "*a");
	strcat(pattern, "*b");
	memset(string, 'a', sizeof(string) - 1);
	string[sizeof(string) - 1] = '\0';
	for (int i = 0; i < 10000; i++)
		ck_assert(!matches(pattern, string));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("glob");
	TCase *tcase = suite_case(suite, "glob", NULL, NULL);

	tcase_add_loop_test(tcase, matches_as_documented, 0, sizeof(cases) / sizeof(cases[0]));
	tcase_add_loop_test(tcase, classes_are_those_of_c, 0, 12);
	tcase_add_loop_test(tcase, malformed_is_refused_and_harmless, 0,
			    sizeof(malformed) / sizeof(malformed[0]));
	tcase_add_test(tcase, length_counts_not_the_nul);
	tcase_add_test(tcase, kinds);
	tcase_add_test(tcase, same_as_fnmatch);
	tcase_add_test(tcase, no_pattern_is_slow);
	return suite_run(suite);
}
