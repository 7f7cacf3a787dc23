/* SPDX-License-Identifier: MIT */
/* Where madvise(2) answers 0 and does nothing, as in qemu-user, each child is still noticed as one,
 * and waits for no thread of its parent. */
#include "lib/family.h"
#include "lib/sanitizer.h"
#include "lib/suite.h"

#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/syscall.h>

/* In place of libc's, for the library too. */
__attribute__((visibility("default"))) int madvise(void *address, size_t size, int advice)
{
	(void)address;
	(void)size;
	(void)advice;
	return 0;
}

static const char numbered[] = "processes = ( { name = \"*\"; prefix = \"\"; },\n"
			       "	{ name = \"main\"; child_name = \"worker-%c\"; } );\n";

static pid_t fork_named(void)
{
	return mplog_fork("named");
}

static pid_t fork_raw(void)
{
	return (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
}

static const struct {
	pid_t (*fork)(void);
	const char *message, *process;
} ways[] = {
	{ fork, "of fork", "worker-1" },
	{ fork_named, "of mplog_fork", "named" },
	{ fork_raw, "of clone", "worker-1" },
};

START_TEST(children_are_noticed)
{
	struct journal_entries all;
	char pid_text[16];

	family_open("no-wipe", numbered);
	mplog_info("parent");
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		const pid_t pid = ways[i].fork();

		if (pid == 0)
			_exit(mplog_info("%s", ways[i].message) != 0);
		child_exited_well(pid);
		all = family_read("no-wipe");
		(void)snprintf(pid_text, sizeof(pid_text), "%d", (int)pid);
		ck_assert_said(&all, ways[i].message, ways[i].process, "main");
		ck_assert_str_eq(said_field(&all, ways[i].message, "_PID"), pid_text);
		ck_assert_str_eq(said_field(&all, ways[i].message, "PROCESS_SEQ"), "1");
		journal_entries_free(&all);
	}
	mplog_info("parent still");
	all = family_read("no-wipe");
	ck_assert_said(&all, "parent still", "main", "");
	ck_assert_str_eq(said_field(&all, "parent still", "PROCESS_SEQ"), "2");
	journal_entries_free(&all);
}
END_TEST

static _Atomic bool stop;

static void *log_on(void *unused)
{
	while (!atomic_load(&stop))
		mplog_info("thread");
	return unused;
}

enum { THREADS = 4, FORKS = 200 };

START_TEST(forks_beside_threads_that_log)
{
	pthread_t threads[THREADS];

	family_open("no-wipe-threads", numbered);
	for (int i = 0; i < THREADS; i++)
		threads[i] = thread_start(log_on, NULL);
	for (int i = 0; i < FORKS; i++) {
		const pid_t pid = i % 2 ? fork() : fork_raw();

		if (pid == 0)
			_exit(mplog_info("child") < 0);
		child_exited_well(pid);
	}
	atomic_store(&stop, true);
	for (int i = 0; i < THREADS; i++)
		thread_join(threads[i]);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("no-wipe");
	TCase *tcase = suite_case(suite, "no-wipe", journald_start, NULL);

	tcase_add_test(tcase, children_are_noticed);
	if (!UNDER_TSAN)
		tcase_add_test(tcase, forks_beside_threads_that_log);
	return suite_run(suite);
}
