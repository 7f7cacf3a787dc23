/* SPDX-License-Identifier: MIT */
/* seal: what mplog_seal() promises. A sealed process makes no system call for a record but send(2),
 * write(2) and those of the clock: its own seccomp filter may kill it for another one. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>

extern _Atomic bool seal_is_on;

static inline bool seal_is_set(void)
{
	return atomic_load_explicit(&seal_is_on, memory_order_relaxed);
}

/* Seals the process: all that a record needs is at hand. */
void seal_set(void);

/* Ends the seal, in a child and at mplog_close(). Async-signal-safe. */
void seal_lift(void);
