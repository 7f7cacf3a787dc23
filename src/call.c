/* SPDX-License-Identifier: MIT */
#include "call.h"

#include <errno.h>
#include <pthread.h>

#include "epoch.h"
#include "process.h"
#include "self.h"
#include "scope.h"
#include "say.h"

struct call call_begin(bool in_signal)
{
	struct call call = { .saved_errno = errno, .in_signal = in_signal };

	(void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &call.cancel);
	call.is_guest = in_signal && !thread_peek();
	call.thread = thread_get();
	if (!call.thread)
		return call;
	if (!in_signal)
		thread_watch(call.thread);
	call.outer = epoch_enter(call.thread);
	return call;
}

void call_settle(const struct call *call)
{
	if (!self_is_new() || !call->thread)
		return;
	process_settle(call->thread);
	if (board_get() && board_index(scope_slot(&process_scope)) < 0)
		say_no_slot();
}

void call_end(struct call *call)
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
