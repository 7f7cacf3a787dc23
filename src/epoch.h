/* SPDX-License-Identifier: MIT */
/* epoch: memory and descriptors that other threads may be using are given back when none can be
 * any more, without a lock that a fork could leave held.
 *
 * A call that reads shared objects stands between epoch_enter() and epoch_leave(). What was taken
 * out of sight is retired, and freed once all calls that were under way then have ended. */
#pragma once

#include <stdint.h>

#include "thread.h"

struct retired {
	struct retired *next;
	uint64_t epoch;
	void (*free)(struct retired *retired);
};

/* They nest: what enter returns belongs to its leave. Async-signal-safe. */
uint64_t epoch_enter(struct thread *thread);
void epoch_leave(struct thread *thread, uint64_t outer);

/* retired stands in the object itself, which nobody can find any more. Async-signal-safe. */
void epoch_retire(struct retired *retired, void (*free)(struct retired *retired));

/* In a child where free(3) may hang: what was retired before the fork is never freed. */
void epoch_drop(void);

/* Frees what can be freed. Not in a signal handler. */
void epoch_collect(void);
