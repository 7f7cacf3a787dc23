/* SPDX-License-Identifier: MIT */
/* ancestry: what a child can tell of the process that forked it, and whether a process lives.
 * Async-signal-safe, all of it. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

/* In the parent, before each fork. GOES_ON: it is itself what a daemonising process became. */
void ancestry_before_fork(bool is_daemon_child);

/* In a child that was made without ancestry_before_fork(). */
void ancestry_bypassed(void);

/* In a child: whether it is no worker, but the program that goes on as a daemon. */
bool ancestry_is_daemon(void);

/* In a child: whether its parent and siblings are in another pid namespace. */
bool ancestry_in_other_pidns(void);

pid_t ancestry_forker(void);

/* How many children the parent had forked with this one. */
unsigned ancestry_forks(void);

/* In a process that knows who it is: from now on it is its own children that are counted. */
void ancestry_reset(pid_t pid);

/* Tells whether the process of this pid lives: a zombie does not. */
bool process_is_alive(pid_t pid);
