/* SPDX-License-Identifier: MIT */
/* lineage: what a child can tell of the process that forked it, and whether a process lives.
 * Async-signal-safe, all of it. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

/* In the parent, before each fork. GOES_ON: it is itself what a daemonising process became. */
void lineage_note_fork(bool goes_on);

/* In a child that was made without lineage_note_fork(). */
void lineage_note_raw(void);

/* In a child: whether it is no worker, but the program that goes on as a daemon. */
bool lineage_is_daemon(void);

/* In a child: whether its parent and siblings are in another pid namespace. */
bool lineage_is_apart(void);

pid_t lineage_forker(void);

/* How many children the parent had forked with this one. */
unsigned lineage_forks(void);

/* In a process that knows who it is: from now on it is its own children that are counted. */
void lineage_begin(pid_t pid);

/* Tells whether the process of this pid lives: a zombie does not. */
bool process_is_alive(pid_t pid);
