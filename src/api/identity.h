/* SPDX-License-Identifier: MIT */
/* process: the name of this process, and how it comes by it. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "process/thread.h"

/* Finds out: name, slot, configuration, descriptors. Async-signal-safe; inside of an epoch. */
void identity_establish(struct thread *thread);

/* In the child of mplog_fork(). NAME is a clean one. */
void identity_set_pending(const char name[static PROCESS_NAME_SIZE]);

/* In a child of a plain fork(2) that has no name of its own yet, the first enter by the thread
 * that forked names the process: true where it was so. */
bool identity_adopt_name(struct thread *thread, const char name[static PROCESS_NAME_SIZE]);

/* Makes the process begin_process and be seen as that: with mplog_open() and mplog_close(). It takes a
 * slot on the board of now; its counters go on. */
int identity_rename(const char *name);

/* Leaves the thread's innermost scope, and reports before what its rate limit suppressed. */
void identity_leave_scope(struct thread *thread);

/* The board goes: the process keeps its slot's figures to itself. */
void identity_detach_board(void);
