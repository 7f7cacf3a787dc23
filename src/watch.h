/* SPDX-License-Identifier: MIT */
/* watch: when the files are looked at again. */
#pragma once

#include <stdint.h>

#include "thread.h"

/* With each call, cheap until something is due: the files once a second for the whole tree, what
 * others saw, what people asked for, and the thread's scope where its voice is out of date. */
void watch(struct thread *thread, int64_t now_ns);

/* mplog_reload() */
int watch_reload(struct thread *thread);
