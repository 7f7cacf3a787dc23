/* SPDX-License-Identifier: MIT */
/* What the library takes of memory in each process: anonymous pages, and those of the board that it
 * has touched. */
#include "lib/child.h"
#include "lib/sanitizer.h"
#include "lib/suite.h"

#include <mplog.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { KIB_MAX = 64, RECORDS = 100 };

/* Large enough for every mapping of a test, and there before it is measured. */
static char maps[1 << 20];

static void read_maps(void)
{
	const int fd = open("/proc/self/smaps", O_RDONLY | O_CLOEXEC);
	size_t size = 0;
	ssize_t n;

	ck_assert_int_ge(fd, 0);
	while ((n = read(fd, maps + size, sizeof(maps) - 1 - size)) > 0)
		size += (size_t)n;
	ck_assert_int_eq(n, 0);
	ck_assert_uint_lt(size, sizeof(maps) - 1);
	maps[size] = '\0';
	close(fd);
}

/* "Rss:                 12 kB" */
static long value_of(const char *line, const char *key)
{
	return strncmp(line, key, strlen(key)) == 0 ? strtol(line + strlen(key), NULL, 10) : 0;
}

/* A mapping begins with its addresses in small letters, each of its figures with a capital. */
static bool begins_mapping(const char *line)
{
	return *line < 'A' || *line > 'Z';
}

static long sum_kib(void)
{
	bool is_board = false;
	long kib = 0;
	char *rest = maps;
	const char *line;

	read_maps();
	while ((line = strsep(&rest, "\n")) && *line) {
		if (begins_mapping(line))
			is_board = strstr(line, "/memfd:mplog-board") != NULL;
		kib += value_of(line, is_board ? "Rss:" : "Anonymous:");
	}
	return kib;
}

/* The second time, so that what measuring takes is no news. */
static long used_kib(void)
{
	(void)sum_kib();
	return sum_kib();
}

/* As a worker would: all that it needs is there afterwards. */
static void log_some(const char *scope)
{
	for (int i = 0; i < RECORDS; i++)
		ck_assert_int_eq(mplog_info("record %d", i), 0);
	ck_assert_int_eq(mplog_enter(scope), 0);
	ck_assert_int_eq(mplog_info("in a scope"), 0);
}

START_TEST(of_the_program)
{
	const long before = used_kib();

	ck_assert_int_eq(mplog_open("memory", "main", 0), 0);
	log_some("scope");
	if (!UNDER_ASAN && !UNDER_TSAN)
		ck_assert_int_le(used_kib() - before, KIB_MAX);
}
END_TEST

/* Pages that it wrote to are its own now, but it had them before: only those of the board come. */
START_TEST(of_a_child)
{
	pid_t pid;

	ck_assert_int_eq(mplog_open("memory", "main", 0), 0);
	log_some("scope");
	pid = mplog_fork("child");
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		const long before = used_kib();

		log_some("child-scope");
		_exit(!UNDER_ASAN && !UNDER_TSAN && used_kib() - before > KIB_MAX);
	}
	child_exited_well(pid);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("memory");
	TCase *tcase = suite_case(suite, "memory", NULL, NULL);

	tcase_add_test(tcase, of_the_program);
	tcase_add_test(tcase, of_a_child);
	return suite_run(suite);
}
