/* SPDX-License-Identifier: MIT */
/* open: the program's beginning and end. */
#pragma once

#include "mplog.h"
#include "process/thread.h"

/* Both in a process that knows its name, inside of an epoch. */
int lifecycle_open(struct thread *thread, const struct mplog_options *options);
void lifecycle_close(struct thread *thread);
