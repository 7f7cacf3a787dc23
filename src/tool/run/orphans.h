/* SPDX-License-Identifier: MIT */
/* orphans: what a command has left behind, and we have adopted (PR_SET_CHILD_SUBREAPER). */
#pragma once

#include <stddef.h>
#include <sys/types.h>

struct orphans {
	pid_t *told; /* processes that have got the signal */
	size_t n;
};

/* Sends the signal, once, to each orphan in our process group, and to what it has started there. An
 * orphan that ignores the signal gets SIGTERM: a shell has what it runs in the background ignore
 * SIGINT, and Python ignores SIGPIPE. */
void orphans_end(struct orphans *orphans, int number);
