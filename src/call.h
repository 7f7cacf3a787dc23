/* SPDX-License-Identifier: MIT */
/* call: what stands around each call of the interface: the thread's record, an epoch, errno kept,
 * no cancellation, a process that knows its name. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "cleanup.h"
#include "thread.h"

struct call {
	struct thread *thread; /* NULL: there is no memory for its record */
	uint64_t outer;
	int saved_errno;
	int cancel;
	bool in_signal;
	bool is_guest; /* the thread had no record before */
};

struct call call_begin(bool in_signal);
void call_end(struct call *call);

/* The process finds out who it is, if it does not know yet. */
void call_settle(const struct call *call);

#define CALL(name) CLEANUP(call_end) struct call name = call_begin(false)
