/* SPDX-License-Identifier: MIT */
/* call: what stands around each call of the interface: the thread's record, an epoch, errno kept,
 * no cancellation, a process that knows its name. */
#pragma once

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "process/epoch.h"
#include "base/compiler.h"
#include "process/fork-detect.h"
#include "process/thread.h"

struct call {
	struct thread *thread; /* NULL: there is no memory for its record */
	uint64_t outer;
	int saved_errno;
	int cancel;
	bool in_signal;
	bool is_guest; /* the thread had no record before */
};

HOT_INLINE struct call call_begin_inline(bool in_signal)
{
	struct call call = { .saved_errno = errno, .in_signal = in_signal };
	int cancel;

	(void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel);
	call.cancel = cancel;
	call.is_guest = in_signal && !thread_current();
	call.thread = thread_get();
	if (!call.thread)
		return call;
	if (!in_signal)
		thread_ensure_exit_hook(call.thread);
	call.outer = epoch_enter(call.thread);
	return call;
}

HOT_INLINE void call_end_inline(struct call *call)
{
	if (call->thread) {
		epoch_leave(call->thread, call->outer);
		if (!call->in_signal)
			epoch_collect();
		if (call->is_guest)
			thread_release(call->thread);
	}
	(void)pthread_setcancelstate(call->cancel, NULL);
	errno = call->saved_errno;
}

struct call call_begin(bool in_signal);
void call_end(struct call *call);

COLD bool call_is_on_signal_stack(void);

/* mplog's own records take more stack than a handler on sigaltstack(2) may have: they are left to
 * a later call. */
static inline bool call_may_tell(bool in_signal)
{
	return !in_signal || !call_is_on_signal_stack();
}

COLD void call_settle_new(struct thread *thread, bool in_signal);

/* The process finds out who it is, if it does not know yet. */
static inline void call_settle(const struct call *call)
{
	if (fork_is_pending())
		call_settle_new(call->thread, call->in_signal);
}

#define CALL(name) CLEANUP(call_end) struct call name = call_begin(false)
