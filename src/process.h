/* SPDX-License-Identifier: MIT */
/* process: which process this is: noticing that it is a new one, and finding out its name. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "settings.h"
#include "thread.h"

/* Whether this process has not found out yet who it is: the program at its start, and each child
 * of a fork, whoever made it. */
bool process_is_new(void);

/* Finds out: name, slot, voice, descriptors. Async-signal-safe; inside of an epoch. */
void process_settle(struct thread *thread);

pid_t process_pid(void);
bool process_is_foreign(void);   /* of another pid namespace than the program */
bool process_is_raw_child(void); /* made by _Fork(3) or clone(2): malloc(3) may hang in it */

/* In the child of mplog_fork(). NAME is a clean one. */
void process_announce(const char *name);

/* In a child of a plain fork(2) that has no name of its own yet, the first enter by the thread
 * that forked names the process: true where it was so. */
bool process_name_by_enter(struct thread *thread, const char *name);

/* Makes the process speak and be seen as that: with mplog_open() and mplog_close(). It takes a
 * slot on the board of now; its counters go on. */
int process_become(const char *name);

/* The board goes: the process keeps its slot's figures to itself. */
void process_leave_board(void);

/* Who may change what all threads share. Held for a bounded time; no fork leaves it held. */
void process_lock(void);
bool process_try_lock(void);
void process_unlock(void);
