/* SPDX-License-Identifier: MIT */
/* guard: what stands around each public function: the thread's record, an epoch, errno kept, no
 * cancellation, a process that is identified. */
#pragma once

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/compiler.h"
#include "process/epoch.h"
#include "process/fork-detect.h"
#include "process/thread.h"

struct guard {
	struct thread *thread; /* NULL: no memory for the thread's record */
	uint64_t outer;
	int *errno_at;
	int saved_errno;
	int cancel;
	bool in_signal;
	bool is_borrowed; /* the record is given back with the call */
};

static inline ALWAYS_INLINE struct guard guard_enter_inline(bool in_signal)
{
	const struct thread *const known = thread_current();
	struct guard guard = { .errno_at = LIKELY(known) ? known->errno_at : &errno,
			       .in_signal = in_signal };
	int cancel;

	guard.saved_errno = *guard.errno_at;
	(void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel);
	guard.cancel = cancel;
	guard.is_borrowed = in_signal && !thread_current();
	guard.thread = thread_get();
	if (!guard.thread)
		return guard;
	if (!in_signal)
		thread_ensure_exit_hook(guard.thread);
	guard.outer = epoch_enter(guard.thread);
	return guard;
}

static inline ALWAYS_INLINE void guard_leave_inline(struct guard *guard)
{
	if (guard->thread) {
		epoch_leave(guard->thread, guard->outer);
		if (!guard->in_signal)
			epoch_collect();
		if (guard->is_borrowed)
			thread_release(guard->thread);
	}
	(void)pthread_setcancelstate(guard->cancel, NULL);
	*guard->errno_at = guard->saved_errno;
}

struct guard guard_enter(bool in_signal);
void guard_leave(struct guard *guard);

COLD void guard_identify_new(struct thread *thread);

/* Identifies the process, where that is pending. Returns false where there is no memory for the
 * thread's record. */
static inline bool guard_identify(const struct guard *guard)
{
	if (fork_is_pending())
		guard_identify_new(guard->thread);
	return guard->thread;
}

#define GUARD(name) CLEANUP(guard_leave) struct guard name = guard_enter(false)
