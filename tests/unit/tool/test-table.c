/* SPDX-License-Identifier: MIT */
/* table: columns that fit, of characters of any width. */

#include "tool/ui/table.h"

#include "lib/suite.h"

#include <check.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const struct column columns[] = {
	{ "NAME" },
	{ "PID", .right = true },
	{ "TEXT" },
	{ "SET BY", .is_extra = true },
};

static const struct command command = { .name = "table", .arguments = "" };

static struct table_options options;

static void set_up(void)
{
	options = (struct table_options){ .column = columns,
					  .n_columns = sizeof(columns) / sizeof(columns[0]) };
	ck_assert_int_eq(setenv("LC_ALL", "C.UTF-8", 1), 0);
	ck_assert_ptr_nonnull(setlocale(LC_ALL, ""));
	ck_assert_int_eq(unsetenv("COLUMNS"), 0);
}

static void put_row(struct table *table, const char *name, long pid, const char *text)
{
	table_put_branch(table, COLOR_NONE, "\u2514\u2500", name);
	table_put(table, COLOR_NONE, "%ld", pid);
	table_put(table, COLOR_NONE, "%s", text);
	table_put(table, COLOR_NONE, "by %s", name);
}

/* Prints to a file, which has no width. */
static char *print(const struct table *table)
{
	FILE *const file = tmpfile();
	const int output = dup(STDOUT_FILENO);
	char *text = NULL;
	long size;

	ck_assert_int_eq(fflush(stdout), 0);
	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(dup2(fileno(file), STDOUT_FILENO), STDOUT_FILENO);
	table_print(table);
	ck_assert_int_eq(fflush(stdout), 0);
	ck_assert_int_eq(dup2(output, STDOUT_FILENO), STDOUT_FILENO);
	(void)close(output);
	ck_assert_int_eq(fseek(file, 0, SEEK_END), 0);
	size = ftell(file);
	rewind(file);
	text = calloc(1, (size_t)size + 1);
	ck_assert_uint_eq(fread(text, 1, (size_t)size, file), (size_t)size);
	(void)fclose(file);
	return text;
}

static void check(const char *width, const char *expected)
{
	struct table *table;
	char *text;

	if (width)
		ck_assert_int_eq(setenv("COLUMNS", width, 1), 0);
	ck_assert_int_eq(table_options_choose(&options, &command), STATUS_GOOD);
	table = table_new(&options);
	table_put_heading(table, COLOR_BOLD, term_bytes("program"), ", %s", "the heading of rows");
	put_row(table, "main", 7, "text of some length");
	put_row(table, "\u6f22\u5b57", 4711, "wide");
	put_row(table, "a\nb", 1, "");
	text = print(table);
	ck_assert_msg(strcmp(text, expected) == 0, "\n%s", text);
	free(text);
	table_free(table);
}

START_TEST(aligned)
{
	check(NULL, "NAME     PID  TEXT\n"
		    "program, the heading of rows\n"
		    "\u2514\u2500main     7  text of some length\n"
		    "\u2514\u2500\u6f22\u5b57  4711  wide\n"
		    "\u2514\u2500a\\nb     1\n");
}
END_TEST

START_TEST(widest_gives_way)
{
	check("24", "NAME     PID  TEXT\n"
		    "program, the heading of\u2026\n"
		    "\u2514\u2500main     7  text of s\u2026\n"
		    "\u2514\u2500\u6f22\u5b57  4711  wide\n"
		    "\u2514\u2500a\\nb     1\n");
}
END_TEST

/* A wide character of which half would fit is left out; a column is as wide as its title, and numbers
 * are whole. */
START_TEST(too_narrow)
{
	check("10", "NAME   PID  TEXT\n"
		    "program, \u2026\n"
		    "\u2514\u2500m\u2026     7  tex\u2026\n"
		    "\u2514\u2500\u2026   4711  wide\n"
		    "\u2514\u2500a\u2026     1\n");
}
END_TEST

START_TEST(without_unicode)
{
	ck_assert_int_eq(setenv("LC_ALL", "C", 1), 0);
	ck_assert_ptr_nonnull(setlocale(LC_ALL, ""));
	options.list = "text,pid";
	check("13", "TEXT      PID\n"
		    "program, t...\n"
		    "text...     7\n"
		    "wide     4711\n"
		    "            1\n");
}
END_TEST

START_TEST(chosen)
{
	options.list = "Set_By,pid,PID";
	options.has_no_headings = true;
	check(NULL, "by main     7\n"
		    "by \u6f22\u5b57  4711\n"
		    "by a\\nb     1\n");
}
END_TEST

/* As many cells in each row, though some be empty, and nothing is cut. */
START_TEST(raw)
{
	options.list = "name,text,set-by";
	options.is_raw = true;
	check("10", "NAME TEXT SET\\x20BY\n"
		    "main text\\x20of\\x20some\\x20length by\\x20main\n"
		    "\u6f22\u5b57 wide by\\x20\u6f22\u5b57\n"
		    "a\\nb  by\\x20a\\nb\n");
}
END_TEST

static const char *const bad_lists[] = { "", ",", "name,", "nam", "name,,pid", "set" };

START_TEST(unknown)
{
	options.list = bad_lists[_i];
	ck_assert_int_eq(table_options_choose(&options, &command), STATUS_TROUBLE);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("table");
	TCase *tcase = suite_case(suite, "table", set_up, NULL);

	tcase_add_test(tcase, aligned);
	tcase_add_test(tcase, widest_gives_way);
	tcase_add_test(tcase, too_narrow);
	tcase_add_test(tcase, without_unicode);
	tcase_add_test(tcase, chosen);
	tcase_add_test(tcase, raw);
	tcase_add_loop_test(tcase, unknown, 0, sizeof(bad_lists) / sizeof(bad_lists[0]));
	return suite_run(suite);
}
