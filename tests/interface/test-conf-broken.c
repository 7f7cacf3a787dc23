/* SPDX-License-Identifier: MIT */
/* A configuration broken in ten ways: the program runs on, with its own idea of a level, and one
 * error names the file, and the line where there is one. */

#include "lib/capture.h"
#include "lib/child.h"
#include "lib/file.h"
#include "lib/suite.h"

#include <mplog.h>

#include <check.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/wait.h>

enum { NOBODY = 65534, LARGE = 10 << 20 };

/* Every one also asks for a level that must not be taken from a broken file. */
static const struct way {
	const char *name;
	const char *text;
	int level;          /* that the program ends up with */
	int line;           /* that the complaint names; 0: none */
	const char *reason; /* NULL: nothing is wrong */
} ways[] = {
	{ "syntax", "defaults = {\n  level = \"debug\";\n  prefix = \"x\n};\n", MPLOG_INFO, 3, "" },
	{ "type", "defaults = { level = \"debug\"; };\nprocesses = 5;\n", MPLOG_INFO, 2,
	  "processes" },
	{ "level", "defaults = {\n  level = \"vebrose\";\n};\n", MPLOG_INFO, 2,
	  "unknown level \"vebrose\"" },
	{ "key", "defaults = { level = \"debug\";\n  lvl = \"err\"; };\n", MPLOG_DEBUG, 2, "lvl" },
	{ "field", "defaults = { level = \"debug\"; fields = {\n  role = \"x\"; }; };\n",
	  MPLOG_INFO, 2, "role" },
	{ "empty", "", MPLOG_INFO, 0, NULL },
	{ "rubbish", "\177ELF\2\1\1\n\200\377\n", MPLOG_INFO, 1, "" },
};

enum { N_WAYS = sizeof(ways) / sizeof(ways[0]) };

static char directory[] = "/tmp/mplog-test-XXXXXX";
static char path[sizeof(directory) + 16];

static void setup(void)
{
	ck_assert_ptr_nonnull(mkdtemp(directory));
	ck_assert_int_eq(chmod(directory, 0755), 0);
	snprintf(path, sizeof(path), "%s/x.conf", directory);
	ck_assert_int_eq(setenv("MPLOG_SINK", "stderr", 1), 0);
	ck_assert_int_eq(setenv("MPLOG_CONF", path, 1), 0);
	capture_stderr();
}

static void teardown(void)
{
	if (unlink(path) < 0)
		(void)rmdir(path);
	ck_assert_int_eq(rmdir(directory), 0);
}

static void assert_runs_on(int level)
{
	ck_assert_int_eq(mplog_open("program", "main", 0), 0);
	ck_assert_int_eq(mplog_level(), level);
	ck_assert_int_eq(mplog_info("runs on"), 0);
	ck_assert(capture_has("INFO program ", "runs on"));
}

static void assert_reported(int line, const char *reason)
{
	char place[sizeof(path) + 16];

	if (line)
		snprintf(place, sizeof(place), "%s:%d: ", path, line);
	else
		snprintf(place, sizeof(place), "%s: ", path);
	ck_assert_msg(capture_has(place, reason), "no line with %s and %s in\n%s", place, reason,
		      capture_text());
}

START_TEST(runs_on_and_reports_where)
{
	const struct way *way = &ways[_i];

	file_write(path, way->text);
	assert_runs_on(way->level);
	if (way->reason) {
		assert_reported(way->line, way->reason);
		ck_assert_uint_eq(capture_lines(), 2);
	} else {
		ck_assert_uint_eq(capture_lines(), 1);
	}
}
END_TEST

START_TEST(a_directory)
{
	ck_assert_int_eq(mkdir(path, 0755), 0);
	assert_runs_on(MPLOG_INFO);
	assert_reported(0, "");
}
END_TEST

START_TEST(ten_megabytes)
{
	char *text = malloc(LARGE + 1);

	ck_assert_ptr_nonnull(text);
	memset(text, ' ', LARGE);
	text[LARGE] = '\0';
	file_write(path, text);
	free(text);
	assert_runs_on(MPLOG_INFO);
	assert_reported(0, "");
}
END_TEST

START_TEST(an_unreadable_file)
{
	pid_t pid;

	file_write(path, "defaults = { level = \"debug\"; };\n");
	ck_assert_int_eq(chmod(path, 0), 0);
	pid = fork();
	if (pid == 0) {
		/* Root can read everything; an ordinary user cannot change who he is. */
		if (getuid() == 0 && setresuid(NOBODY, NOBODY, NOBODY) < 0)
			_exit(1);
		_exit(mplog_open("program", "main", 0) != 0 || mplog_level() != MPLOG_INFO ||
		      mplog_info("runs on") != 0);
	}
	child_exited_well(pid);
	ck_assert(capture_has("INFO program ", "runs on"));
	assert_reported(0, "Permission denied");
}
END_TEST

START_TEST(it_is_reported_once_a_run)
{
	file_write(path, "defaults = { level = 99; };\n");
	assert_runs_on(MPLOG_INFO);
	for (int i = 0; i < 10; i++) {
		const pid_t pid = mplog_fork("child");

		if (pid == 0)
			_exit(mplog_info("child") != 0);
		child_exited_well(pid);
	}
	ck_assert_uint_eq(capture_lines(), 2 + 10);
}
END_TEST

/* Longer than what a record of mplog's own has room for. */
START_TEST(a_long_path_makes_one_record_too)
{
	enum { NAME_LENGTH = 200 };
	char name[NAME_LENGTH + 1], file[sizeof(directory) + 2 * sizeof(name)];

	memset(name, 'x', NAME_LENGTH);
	name[NAME_LENGTH] = '\0';
	snprintf(file, sizeof(file), "%s/%s", directory, name);
	ck_assert_int_eq(mkdir(file, 0755), 0);
	snprintf(file, sizeof(file), "%s/%s/%s", directory, name, name);
	ck_assert_int_eq(setenv("MPLOG_CONF", file, 1), 0);
	file_write(path, "defaults = {\n  level = 99;\n  sink = 5;\n};\n");
	ck_assert_int_eq(rename(path, file), 0);
	assert_runs_on(MPLOG_INFO);
	ck_assert(capture_has(directory, ":2: level: 99 is not a level"));
	ck_assert(capture_has(directory, "(and 1 more: see mplog check)"));
	ck_assert_uint_eq(capture_lines(), 2);
	ck_assert_int_eq(unlink(file), 0);
	*strrchr(file, '/') = '\0';
	ck_assert_int_eq(rmdir(file), 0);
	ck_assert_int_eq(mkdir(path, 0755), 0); /* for the fixture */
}
END_TEST

START_TEST(a_broken_edit_keeps_the_last_good_version)
{
	file_write(path, "defaults = { level = \"debug\"; };\n");
	ck_assert_int_eq(mplog_open("program", "main", 0), 0);
	ck_assert_int_eq(mplog_level(), MPLOG_DEBUG);
	file_write(path, "defaults = { level = \"error\"; \n");
	ck_assert_int_lt(mplog_reload(), 0);
	ck_assert_int_eq(mplog_level(), MPLOG_DEBUG);
	assert_reported(1, "");
	file_write(path, "defaults = { level = \"error\"; };\n");
	ck_assert_int_eq(mplog_reload(), 0);
	ck_assert_int_eq(mplog_level(), MPLOG_ERR);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("conf-broken");
	TCase *tcase = suite_case(suite, "broken", setup, teardown);

	tcase_add_loop_test(tcase, runs_on_and_reports_where, 0, N_WAYS);
	tcase_add_test(tcase, a_directory);
	tcase_add_test(tcase, ten_megabytes);
	tcase_add_test(tcase, an_unreadable_file);
	tcase_add_test(tcase, it_is_reported_once_a_run);
	tcase_add_test(tcase, a_long_path_makes_one_record_too);
	tcase_add_test(tcase, a_broken_edit_keeps_the_last_good_version);
	return suite_run(suite);
}
