/* SPDX-License-Identifier: MIT */
/* Check writes down the place of each assertion that holds, into a file that all processes of a
 * test share and under a mutex: a child killed in the middle of it spoils the file, and a child that
 * is forked then by another thread waits for the mutex for ever. Only the main thread of a test's own
 * process tells its places; the linker puts this function in front of Check's (--wrap). */
#include <check.h>
#include <sys/types.h>
#include <unistd.h>

void __wrap__mark_point(const char *file, int line);
void __real__mark_point(const char *file, int line);

static pid_t runner;

__attribute__((constructor)) static void remember_runner(void)
{
	runner = getpid();
}

/* With CK_FORK=no the runner runs the tests itself. */
static int is_in_test_process(void)
{
	const pid_t pid = getpid();

	return gettid() == pid && (pid == runner || getppid() == runner);
}

void __wrap__mark_point(const char *file, int line)
{
	if (is_in_test_process())
		__real__mark_point(file, line);
}
