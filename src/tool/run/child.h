/* SPDX-License-Identifier: MIT */
/* child: a command that runs with its output going into two pipes, and the signals that this process
 * passes on to it. */
#pragma once

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

#include "tool/run/orphans.h"

/* Blocks the signals that are passed on: from now on none is missed, and all are read from *ret_fd.
 * To be called before anything else. Returns 0 or a negative errno. */
int signals_open(int *ret_fd);

struct child {
	pid_t pid;
	int out; /* non-blocking; -1: where ours goes */
	int err;
	bool ended;
	int status;      /* as of waitpid(2), once it ended */
	sigset_t passed; /* the signals that were passed on */
	struct orphans orphans;
};

/* Runs argv with the signals as they were for this process, and pipes where they are wanted.
 * Returns 0, or why argv could not be executed. */
int child_start(struct child *ret, char *const argv[], bool wants_out, bool wants_err);

/* Reads one signal, and passes it on or notes that the child has ended. */
void child_handle_signal(struct child *child, int signal_fd);

/* Sends the signal that ended the child to its orphans in this process group. To be called again
 * when an orphan has ended: its children are orphans now. */
void child_end_orphans(struct child *child);

/* Ends this process as the child ended: with its exit status, or by the same signal. */
void child_exit_like(const struct child *child) __attribute__((__noreturn__));
