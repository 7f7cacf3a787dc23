/* SPDX-License-Identifier: MIT */
/* Children, whose ends are asserted. */
#pragma once

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

/* Waits for the child, whatever signals come: its wait status. */
static inline int child_status(pid_t pid)
{
	int status = -1;
	pid_t r;

	ck_assert_int_gt(pid, 0);
	while ((r = waitpid(pid, &status, 0)) < 0 && errno == EINTR)
		;
	ck_assert_int_eq(r, pid);
	return status;
}

static inline void child_exited(pid_t pid, int code)
{
	const int status = child_status(pid);

	ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == code, "wait status %#x",
		      (unsigned)status);
}

static inline void child_exited_well(pid_t pid)
{
	child_exited(pid, 0);
}

static inline void child_killed(pid_t pid, int signal)
{
	const int status = child_status(pid);

	ck_assert_msg(WIFSIGNALED(status) && WTERMSIG(status) == signal, "wait status %#x",
		      (unsigned)status);
}

/* Runs the function in the child that fork(2), mplog_fork() or their like has made, and asserts that
 * it ends well. */
static inline pid_t child_run(pid_t pid, void (*function)(void))
{
	if (pid == 0) {
		function();
		_exit(0);
	}
	child_exited_well(pid);
	return pid;
}

/* Returns in a child whether its parent sleeps, and proc(5) tells in what: "0" is said of one that runs. */
static inline bool parent_is_asleep(void)
{
	char path[64], text[64] = "0";
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/%ld/wchan", (long)getppid());
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0 && read(fd, text, sizeof(text) - 1) < 1)
		text[0] = '0';
	(void)close(fd);
	return strncmp(text, "0", 1) != 0;
}

/* Waits in a child until its parent waits: for the child, or for events. */
static inline void child_wait_for_parent(void)
{
	while (!parent_is_asleep())
		(void)poll(NULL, 0, 1);
}
