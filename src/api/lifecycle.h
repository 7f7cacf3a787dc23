/* SPDX-License-Identifier: MIT */
/* lifecycle: mplog_open(), mplog_close() and exit(3). */
#pragma once

#include "mplog.h"
#include "process/thread.h"

/* Open, seal and close the library, in a process that is identified, inside of an epoch. What the thread has
 * read in that epoch before it opens or closes may be gone then. */
int lifecycle_open(struct thread *thread, const struct mplog_options *options);
int lifecycle_seal(struct thread *thread);
void lifecycle_close(struct thread *thread);
