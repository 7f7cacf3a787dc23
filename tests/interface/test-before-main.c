/* SPDX-License-Identifier: MIT */
/* Records of constructors: those that run before the library's own too, as they do in a program that
 * has the library linked in. Built with the shared library and with the static one. */
#include "lib/journald.h"
#include "lib/suite.h"

#include <mplog.h>

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#define ASKED "MPLOG_TEST_BEFORE_MAIN"

static int early_result = -1;

/* The first of the program: 101 is the lowest priority that is not the compiler's own. */
__attribute__((constructor(101))) static void log_early(void)
{
	if (getenv(ASKED))
		early_result = mplog_info("earliest");
}

__attribute__((constructor)) static void log_before_main(void)
{
	if (getenv(ASKED) && early_result == 0)
		early_result = mplog_info("before main");
}

/* Which of them failed is the exit status. */
static int be_program(bool opens)
{
	int status = -1;
	pid_t pid;

	if (early_result != 0)
		return 2;
	if (opens && mplog_open("opened-identifier", "first", 0) != 0)
		return 3;
	if (mplog_info("in main") != 0)
		return 4;
	pid = mplog_fork("child");
	if (pid == 0)
		_exit(mplog_info("in a child") != 0);
	if (waitpid(pid, &status, 0) != pid || status != 0)
		return 5;
	mplog_close();
	return 0;
}

/* The program under a name of the test's own. Each test has another: they share the journal. */
static const char *run_as(const char *name, const char *mode)
{
	int status = -1;
	const pid_t pid = fork();
	static char path[64];

	(void)snprintf(path, sizeof(path), "/run/mplog-test/%s", name);
	if (pid == 0) {
		/* The kernel's link, not the path: libtool's wrapper is a script. */
		char self[4096] = "";

		if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0 ||
		    symlink(self, path) < 0 || setenv(ASKED, "1", 1) < 0)
			_exit(126);
		(void)execl(path, path, mode, (char *)NULL);
		_exit(127);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(status == 0, "wait status %#x", (unsigned)status);
	return name;
}

static void expect(const char *identifier, const char *process, const char *message)
{
	char match[80], name[80];
	struct journal_entries all;
	size_t n = 0;

	(void)snprintf(match, sizeof(match), "SYSLOG_IDENTIFIER=%s", identifier);
	(void)snprintf(name, sizeof(name), "PROCESS=%s", process);
	all = journal_read(match, name, NULL);
	for (size_t i = 0; i < all.n; i++)
		n += strstr(journal_value(&all.entries[i], "MESSAGE"), message) != NULL;
	ck_assert_msg(n == 1, "%s, %s, %s: %zu", identifier, process, message, n);
	journal_entries_free(&all);
}

START_TEST(opened_in_main)
{
	const char *const program = run_as("early-opened", "open");

	expect(program, "main", "earliest");
	expect(program, "main", "before main");
	expect("opened-identifier", "first", "in main");
	expect("opened-identifier", "child", "in a child");
}
END_TEST

START_TEST(never_opened)
{
	const char *const program = run_as("early-unopened", "no");

	expect(program, "main", "earliest");
	expect(program, "main", "before main");
	expect(program, "main", "in main");
	expect(program, "child", "in a child");
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite;
	TCase *tcase;

	if (argc == 2)
		return be_program(strcmp(argv[1], "open") == 0);
	suite = suite_create("before-main");
	tcase = suite_case(suite, "before-main", journald_start, NULL);
	tcase_add_test(tcase, opened_in_main);
	tcase_add_test(tcase, never_opened);
	return suite_run(suite);
}
