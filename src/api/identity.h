/* SPDX-License-Identifier: MIT */
/* identity: the process name of this process, and how a child gets its own. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "process/thread.h"

/* Gives a new process its name, slot and configuration. Async-signal-safe; inside of an epoch. */
void identity_establish(struct thread *thread);

/* Sets, in the child of mplog_fork(), the name that the child will have. NAME is sanitized. */
void identity_set_pending(const char name[static PROCESS_NAME_SIZE]);

/* Names a child of a plain fork(2) that has no name of its own yet, at the first enter of the thread
 * that forked. Returns whether that was so. */
bool identity_adopt_name(struct thread *thread, const char name[static PROCESS_NAME_SIZE]);

/* Does what mplog_rename() does. NAME is sanitized. */
int identity_change_name(const char *name);

/* Renames the process at mplog_open(). The process takes a slot on the board that has been opened;
 * its counters go on. */
int identity_rename(const char *name);

/* Leaves the thread's innermost scope. What its rate limit suppressed is reported before. */
void identity_leave_scope(struct thread *thread);

/* Closes the board. The process keeps its figures, in its own slot. */
void identity_detach_board(struct thread *thread);
