/* SPDX-License-Identifier: MIT */
/* end-status: how a process has ended, while the kernel knows it. Async-signal-safe. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

/* Finds out how a child of this process has ended, in the form of waitpid(2), and leaves it for
 * waitpid(2). Returns false where the program has waited for the child already. */
bool end_status_of_child(pid_t pid, int *ret);

enum end_knowledge {
	END_KNOWN,
	END_HIDDEN, /* the parent has not waited yet, and can be told; we are not */
	END_GONE,   /* no process can find out any more */
};

/* Does so for any process that has ended. */
enum end_knowledge end_status_of(pid_t pid, int *ret);
