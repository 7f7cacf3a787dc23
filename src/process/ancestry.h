/* SPDX-License-Identifier: MIT */
/* ancestry: what a child knows of the process that forked it, and whether a process lives. All of it
 * is async-signal-safe. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Notes in the parent, before each fork, what its children will ask. IS_SILENT_DAEMON: the
 * parent itself continues a program that daemonised, and has not logged since. */
void ancestry_before_fork(bool is_silent_daemon);

/* Takes over in a child what was noted before its fork. */
void ancestry_after_fork(void);

/* Notes in a child that it was made without ancestry_before_fork(). */
void ancestry_bypassed(void);

/* Returns in a child whether it is no worker, but continues a program that daemonised. Does not
 * wait. */
bool ancestry_is_daemon(void);

/* Returns in a child whether its parent and siblings are in another pid namespace. */
bool ancestry_in_other_pidns(void);

pid_t ancestry_forker(void);

/* Returns the CLOCK_BOOTTIME, in milliseconds, at which this process was forked; 0: it is the program's
 * first. */
int64_t ancestry_born_boot_ms(void);

/* Returns the number of children that the parent had forked, this one included. */
unsigned ancestry_forks(void);

/* Begins to count the children of a process that has been identified. */
void ancestry_reset(pid_t pid);

/* Returns whether the process of this pid lives: a zombie does not. */
bool process_is_alive(pid_t pid);
