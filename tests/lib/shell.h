/* SPDX-License-Identifier: MIT */
/* Shell scripts as a user would write them, with mplog and mplog-demo of the build in the PATH.
 * Every failure is a failed assertion of Check. */
#pragma once

#include "lib/child.h"

#include <stddef.h>
#include <sys/types.h>

/* Sets PROGRAM, for scripts, to an identifier that no program of another run of this test has: commands that
 * steer programs find all of the machine's. The string stays until the next call. */
const char *shell_program(const char *name);

/* Standard output of the script, to be given to free(3), and its wait status. Standard error goes
 * where the test's goes. */
char *shell(int *ret_status, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same; it must end with that exit status. */
char *shell_expect(int exit_status, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same, where its output is of no interest. */
void shell_run(int exit_status, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The same, whose exit status is 0 and whose output has that part. */
void shell_says(const char *script, const char *part);

/* Begins one as the leader of a session of its own, its output going to the test's. See
 * child.h for its end. */
pid_t shell_start(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Waits until so many processes, zombies not counted, are in the session. */
void session_await(pid_t session, size_t size);
/* Waits until that is so and all of them sleep: a process that was forked a moment ago runs, and until
 * it executes its program a signal may meet its parent's handler, which does nothing in it. */
void session_await_sleepers(pid_t session, size_t size);

/* What the script prints on a terminal, without the terminal's carriage returns. */
char *shell_on_terminal(const char *format, ...) __attribute__((format(printf, 1, 2)));
