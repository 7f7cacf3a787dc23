/* SPDX-License-Identifier: MIT */
#include "api/guard.h"

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

void guard_identify_new(struct thread *thread)
{
	if (!thread)
		return;
	identity_establish(thread);
	if (board_get() && board_index(scope_slot(&process_scope)) < 0)
		notice_board_full();
}
