/* SPDX-License-Identifier: MIT */
#include "api/guard.h"

#include <signal.h>

#include "notice/notice.h"
#include "api/identity.h"
#include "scope/scope.h"

struct call call_begin(bool in_signal)
{
	return call_begin_inline(in_signal);
}

void call_end(struct call *call)
{
	call_end_inline(call);
}

bool call_is_on_signal_stack(void)
{
	stack_t stack = { .ss_flags = 0 };

	return sigaltstack(NULL, &stack) == 0 && (stack.ss_flags & SS_ONSTACK);
}

void call_settle_new(struct thread *thread, bool in_signal)
{
	if (!thread)
		return;
	identity_establish(thread);
	if (board_get() && board_index(scope_slot(&process_scope)) < 0 && call_may_tell(in_signal))
		notice_board_full();
}
