/* SPDX-License-Identifier: MIT */
/* Each file of tests/data/bad given to a program that runs: nothing changes but that one record says
 * of it, with the line that stands beside the file. */

#include "lib/capture.h"
#include "lib/file.h"
#include "lib/suite.h"

#include <mplog.h>

#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>

enum { FILES_MIN = 40, LINE_SIZE = 1024, PATH_SIZE = 512, COPY_SIZE = 4096 };

static char path[] = "/tmp/mplog-test-XXXXXX";
static struct dirent **entries;
static int n_entries;

static const char *data_directory(void)
{
	static char directory[PATH_SIZE];
	const char *top = getenv("top_srcdir");

	(void)snprintf(directory, sizeof(directory), "%s/tests/data/bad", top ? top : ".");
	return directory;
}

static int is_conf(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return dot && strcmp(dot, ".conf") == 0;
}

static void copy_here(const char *name)
{
	char from[2 * PATH_SIZE], data[COPY_SIZE];
	FILE *file;
	size_t size;

	(void)snprintf(from, sizeof(from), "%s/%s", data_directory(), name);
	file = fopen(from, "r");
	ck_assert_ptr_nonnull(file);
	size = fread(data, 1, sizeof(data), file);
	ck_assert_int_eq(fclose(file), 0);
	file_write_bytes(path, data, size);
}

/* The first error beside the file, or else its first warning: what a program reports. */
static bool expected_line(const char *name, char *line, size_t size)
{
	char from[2 * PATH_SIZE], one[LINE_SIZE];
	bool is_error = false;
	FILE *file;

	(void)snprintf(from, sizeof(from), "%s/%.*s.expected", data_directory(),
		       (int)(strlen(name) - strlen(".conf")), name);
	file = fopen(from, "r");
	ck_assert_ptr_nonnull(file);
	line[0] = '\0';
	while (!is_error && fgets(one, sizeof(one), file)) {
		is_error = strstr(one, ": error: ") != NULL;
		if (is_error || line[0] == '\0')
			(void)snprintf(line, size, "%.*s", (int)strcspn(one, "\n"), one);
	}
	ck_assert_int_eq(fclose(file), 0);
	return is_error;
}

/* "x.conf:12: error: text" as the program says it: "/tmp/...:12: text". */
static void as_reported(const char *line, char *reported, size_t size)
{
	const char *number = strchr(line, ':'), *text = strstr(number, ": ");

	text = strchr(text + 2, ':');
	(void)snprintf(reported, size, "%s%.*s%s", path, (int)(strstr(number, ": ") - number),
		       number, text);
}

START_TEST(changes_nothing_but_one_record)
{
	static const char good[] = "defaults = { level = \"notice\"; prefix = \"good \"; };\n";
	const char *name = entries[_i]->d_name;
	char line[LINE_SIZE], reported[LINE_SIZE + PATH_SIZE];
	const bool is_error = expected_line(name, line, sizeof(line));

	file_make(path, good);
	ck_assert_int_eq(setenv("MPLOG_CONF", path, 1), 0);
	ck_assert_int_eq(setenv("MPLOG_SINK", "stderr", 1), 0);
	capture_stderr();
	ck_assert_int_eq(mplog_open("program", "main", 0), 0);
	ck_assert_int_eq(mplog_notice("before"), 0);
	ck_assert_uint_eq(capture_lines(), 1);

	copy_here(name);
	ck_assert_int_eq(mplog_reload(), is_error ? -EBADMSG : 0);
	as_reported(line, reported, sizeof(reported));
	ck_assert_msg(capture_has("program", reported), "%s: not reported: %s", name, reported);
	if (is_error) {
		ck_assert_uint_eq(capture_lines(), 2);
		ck_assert_int_eq(mplog_level(), MPLOG_NOTICE);
		for (int i = 0; i < 3; i++)
			ck_assert_int_eq(mplog_reload(), -EBADMSG);
		ck_assert_int_eq(mplog_notice("after"), 0);
		ck_assert(capture_has("NOTICE", "good after"));
		ck_assert_uint_eq(capture_lines(), 3);
	}
	mplog_close();
	(void)unlink(path);
}
END_TEST

/* Named by the environment or by the program. */
START_TEST(a_missing_file_is_told_once)
{
	static const char missing[] = "/tmp/mplog-test-there-is-none.conf";
	const struct mplog_options options = {
		.size = sizeof(options),
		.identifier = "program",
		.config = _i ? missing : NULL,
	};

	ck_assert_int_eq(_i ? unsetenv("MPLOG_CONF") : setenv("MPLOG_CONF", missing, 1), 0);
	ck_assert_int_eq(setenv("MPLOG_SINK", "stderr", 1), 0);
	capture_stderr();
	ck_assert_int_eq(mplog_open_with(&options), 0);
	ck_assert(capture_has(missing, "cannot be read: No such file or directory"));
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(mplog_reload(), 0);
	ck_assert_int_eq(mplog_notice("after"), 0);
	ck_assert_uint_eq(capture_lines(), 2);
	mplog_close();
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("conf-mistakes");
	TCase *tcase = suite_case(suite, "mistakes", NULL, NULL);

	n_entries = scandir(data_directory(), &entries, is_conf, alphasort);
	if (n_entries < FILES_MIN) {
		(void)fprintf(stderr, "%s: %d files\n", data_directory(), n_entries);
		return EXIT_FAILURE;
	}
	tcase_add_loop_test(tcase, changes_nothing_but_one_record, 0, n_entries);
	tcase_add_loop_test(tcase, a_missing_file_is_told_once, 0, 2);
	return suite_run(suite);
}
