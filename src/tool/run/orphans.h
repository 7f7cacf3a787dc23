/* SPDX-License-Identifier: MIT */
/* orphans: processes that a command has left behind, adopted by this process
 * (PR_SET_CHILD_SUBREAPER). */
#pragma once

#include <stddef.h>
#include <sys/types.h>

struct orphans {
	pid_t *signalled; /* processes that got the signal */
	size_t n;
};

/* Sends the signal, once, to each orphan in this process group, and to its descendants there. An
 * orphan that ignores the signal gets SIGTERM: background jobs of a shell ignore SIGINT, and Python
 * ignores SIGPIPE. */
void orphans_end(struct orphans *orphans, int number);
