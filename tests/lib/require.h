/* SPDX-License-Identifier: MIT */
/* For children that cannot talk to Check: a failed requirement ends the child, and its line is in
 * shared memory for the parent, which asserts on both. */
#pragma once

#include <check.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static atomic_int *require_line;

#define REQUIRE(condition)                                    \
	do {                                                  \
		if (!(condition)) {                           \
			atomic_store(require_line, __LINE__); \
			_exit(EXIT_FAILURE);                  \
		}                                             \
	} while (0)

static inline void require_setup(void)
{
	require_line = mmap(NULL, sizeof(*require_line), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (require_line == MAP_FAILED) /* Check may not run here: no assertion */
		abort();
}

static inline void require_exited_well(pid_t pid)
{
	int status = -1;

	ck_assert_int_gt(pid, 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(status == 0, "wait status %#x, line %d", (unsigned)status,
		      atomic_load(require_line));
}

/* A child that hangs ends by SIGALRM. It has the handler of Check, which would end the whole test. */
static inline void require_end_within(unsigned seconds)
{
	(void)signal(SIGALRM, SIG_DFL);
	(void)alarm(seconds);
}

/* Runs the function in a child, which has to end well. */
static inline void require_in_child(void (*function)(const void *), const void *argument)
{
	pid_t pid;

	require_setup();
	pid = fork();
	if (pid == 0) {
		function(argument);
		_exit(EXIT_SUCCESS);
	}
	require_exited_well(pid);
}
