/* SPDX-License-Identifier: MIT */
/* epoch: memory and descriptors that other threads may be using are given back when none can be
 * any more, without a lock that a fork could leave held.
 *
 * A call that reads shared objects stands between epoch_enter() and epoch_leave(). What was taken
 * out of sight is retired, and freed once all calls that were under way then have ended. */
#pragma once

#include <stdint.h>

struct retired {
	struct retired *next;
	uint64_t epoch;
	void (*free)(struct retired *retired);
};

/* May be nested, and from a signal handler in the middle of any of these functions. */
void epoch_enter(void);
void epoch_leave(void);

/* retired stands in the object itself, which nobody can find any more. Lock-free. */
void epoch_retire(struct retired *retired, void (*free)(struct retired *retired));

/* Frees what can be freed. Not in a signal handler. */
void epoch_collect(void);
