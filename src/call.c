/* SPDX-License-Identifier: MIT */
#include "call.h"

#include "process.h"
#include "say.h"
#include "scope.h"

struct call call_begin(bool in_signal)
{
	return call_begin_inline(in_signal);
}

void call_end(struct call *call)
{
	call_end_inline(call);
}

void call_settle_new(struct thread *thread)
{
	if (!thread)
		return;
	process_settle(thread);
	if (board_get() && board_index(scope_slot(&process_scope)) < 0)
		say_no_slot();
}
