/* SPDX-License-Identifier: MIT */
#include "api/guard.h"

#include <signal.h>

#include "api/identity.h"
#include "notice/notice.h"
#include "scope/scope.h"

struct guard guard_enter(bool in_signal)
{
	return guard_enter_inline(in_signal);
}

void guard_leave(struct guard *guard)
{
	guard_leave_inline(guard);
}

bool guard_is_on_signal_stack(void)
{
	stack_t stack = { .ss_flags = 0 };

	return sigaltstack(NULL, &stack) == 0 && (stack.ss_flags & SS_ONSTACK);
}

void guard_identify_new(struct thread *thread, bool in_signal)
{
	if (!thread)
		return;
	identity_establish(thread);
	if (board_get() && board_index(scope_slot(&process_scope)) < 0 &&
	    guard_may_notice(in_signal))
		notice_board_full();
}
