/* SPDX-License-Identifier: MIT */
/* Arguments from the edge of what a caller can pass: lengths that are none, names of files that would be
 * lines of their own, formats that are legal and rare. */
#include "lib/capture.h"
#include "lib/journald.h"
#include "lib/require.h"
#include "lib/suite.h"

#include <mplog.h>

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#define IDENTIFIER "odd-values"

static void setup(void)
{
	journald_start();
	ck_assert_int_eq(setenv("MPLOG_CONF", "/dev/null", 1), 0);
	capture_stderr();
}

static void open_here(void)
{
	ck_assert_int_eq(mplog_open(IDENTIFIER, "main", 0), 0);
}

/* ---- Lengths ---------------------------------------------------------------------------------- */

static const size_t lengths[] = { (size_t)PTRDIFF_MAX + 1, SIZE_MAX, SIZE_MAX - 1, SIZE_MAX / 2 + 2,
				  SIZE_MAX - 4096 };

enum { N_LENGTHS = sizeof(lengths) / sizeof(lengths[0]) };

/* Nothing can be read behind the text. */
static const char *text_at_the_end(void)
{
	const long page = sysconf(_SC_PAGESIZE);
	char *const pages = mmap(NULL, 2 * (size_t)page, PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	REQUIRE(pages != MAP_FAILED);
	REQUIRE(mprotect(pages + page, (size_t)page, PROT_NONE) == 0);
	memcpy(pages + page - 4, "text", 4);
	return pages + page - 4;
}

static void write_too_much(const void *length)
{
	const char *const text = text_at_the_end();

	REQUIRE(mplog_open(IDENTIFIER, "lengths", 0) == 0);
	REQUIRE(mplog_write(MPLOG_INFO, text, *(const size_t *)length) < 0);
	REQUIRE(mplog_write(MPLOG_INFO, text, 4) == 0);
}

START_TEST(a_length_that_is_none)
{
	require_in_child(write_too_much, &lengths[_i]);
}
END_TEST

/* As a field, too. */
static void pass_too_much(const void *length)
{
	const struct mplog_field field = { .name = "BLOB",
					   .type = MPLOG_FIELD_BLOB,
					   .size = *(const size_t *)length,
					   .value.data = text_at_the_end() };

	REQUIRE(mplog_open(IDENTIFIER, "blobs", 0) == 0);
	REQUIRE(mplog_emit(NULL, MPLOG_INFO, 0, &field, 1, "with a blob") >= 0);
}

START_TEST(a_blob_s_length_that_is_none)
{
	require_in_child(pass_too_much, &lengths[_i]);
}
END_TEST

/* ---- Lines within values ---------------------------------------------------------------------- */

static size_t injected(const char *function)
{
	char match[64];

	(void)snprintf(match, sizeof(match), "CODE_FUNC=%s", function);
	return journal_count("INJECTED=1", match, NULL);
}

static const char *const places[][3] = {
	{ "a\nINJECTED=1\n.c", "f", "l" },
	{ "a.c", "f\nINJECTED=1", "l" },
	{ "a.c", "f", "l\nINJECTED=1" },
	{ "a.c\n\nINJECTED=1\nMESSAGE=x", "f\n", "\n" },
};

enum { N_PLACES = sizeof(places) / sizeof(places[0]) };

START_TEST(a_site_of_several_lines)
{
	const struct mplog_site site = { .size = sizeof(site),
					 .file = places[_i][0],
					 .func = places[_i][1],
					 .logger = places[_i][2],
					 .line = 1 };

	open_here();
	ck_assert_int_eq(mplog_emit(&site, MPLOG_INFO, 0, NULL, 0, "from a site of lines"), 0);
	ck_assert_uint_eq(
		journal_count("INJECTED=1", "SYSLOG_IDENTIFIER=" IDENTIFIER, "LOGGER=l", NULL), 0);
	ck_assert_uint_ge(journal_count("SYSLOG_IDENTIFIER=" IDENTIFIER, NULL), 1);
	mplog_close();
}
END_TEST

static int log_from_odd_file(void);

START_TEST(a_file_of_several_lines)
{
	open_here();
	ck_assert_int_eq(log_from_odd_file(), 0);
	ck_assert_uint_eq(injected("log_from_odd_file"), 0);
	ck_assert_uint_eq(
		journal_count("SYSLOG_IDENTIFIER=" IDENTIFIER, "CODE_FUNC=log_from_odd_file", NULL),
		1);
	mplog_close();
}
END_TEST

/* ---- Formats ---------------------------------------------------------------------------------- */

/* glibc allows %n in constant formats alone: no copy of the format may be what it sees. */
static void use_n(const void *unused)
{
	int n = -1;

	(void)unused;
	REQUIRE(mplog_open(IDENTIFIER, "formats", 0) == 0);
	errno = ENOENT;
	REQUIRE(mplog_info("%m after %n that", &n) == 0);
	REQUIRE(n == (int)strlen("No such file or directory after "));
	REQUIRE(mplog_info("without %n m", &n) == 0);
	REQUIRE(n == (int)strlen("without "));
	errno = EACCES;
	REQUIRE(mplog_info("%s %m %n %m", "twice", &n) == 0);
	REQUIRE(n == (int)strlen("twice Permission denied "));
}

START_TEST(n_with_m)
{
	require_in_child(use_n, NULL);
	ck_assert_uint_eq(journal_count("SYSLOG_IDENTIFIER=" IDENTIFIER, "CODE_FUNC=use_n", NULL),
			  3);
}
END_TEST

/* As syslog(3) does. */
START_TEST(a_newline_at_the_end_is_taken_off)
{
	struct journal_entries all;

	ck_assert_int_eq(mplog_open(IDENTIFIER, "newline", 0), 0);
	ck_assert_int_eq(mplog_info("with a newline\n"), 0);
	ck_assert_int_eq(mplog_emit(NULL, MPLOG_INFO, 0, NULL, 0, "%s", "with a newline\n"), 0);
	all = journal_read("SYSLOG_IDENTIFIER=" IDENTIFIER, "PROCESS=newline", NULL);
	ck_assert_uint_eq(all.n, 2);
	for (size_t i = 0; i < all.n; i++)
		ck_assert_ptr_null(strchr(journal_value(&all.entries[i], "MESSAGE"), '\n'));
	journal_entries_free(&all);
	mplog_close();
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("odd-values");
	TCase *tcase = suite_case(suite, "odd-values", setup, NULL);

	tcase_add_loop_test(tcase, a_length_that_is_none, 0, N_LENGTHS);
	tcase_add_loop_test(tcase, a_blob_s_length_that_is_none, 0, N_LENGTHS);
	tcase_add_loop_test(tcase, a_site_of_several_lines, 0, N_PLACES);
	tcase_add_test(tcase, a_file_of_several_lines);
	tcase_add_test(tcase, n_with_m);
	tcase_add_test(tcase, a_newline_at_the_end_is_taken_off);
	return suite_run(suite);
}

/* The compiler's own: a file's name may have any byte. At the end, as all that follows is of that file. */
static int log_from_odd_file(void)
{
#line 1 "odd\nINJECTED=1\n.c"
	return mplog_info("from an odd file");
}
