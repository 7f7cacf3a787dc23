/* SPDX-License-Identifier: MIT */
#include "api/close.h"

#include <stddef.h>

#include "api/identity.h"
#include "base/pages.h"
#include "blackbox/ring.h"
#include "board/board.h"
#include "notice/child-end.h"
#include "notice/dead-rings.h"
#include "notice/loss.h"
#include "process/fork-detect.h"
#include "process/lock.h"
#include "process/seal.h"
#include "scope/context.h"
#include "sink/dispatch.h"

/* The suppressed records of other threads' scopes are reported as those of the process. */
static void report_losses(const struct thread *thread)
{
	const struct scope_config *config = scope_get_config(&process_scope);
	struct dispatch dispatch;

	if (!config)
		return;
	for (struct scope *scope = thread->scope; scope; scope = scope->outer)
		suppressed_report(scope);
	suppressed_report(&process_scope);
	dispatch = dispatch_to(&config->output);
	suppressed_report_for(&dispatch, getpid_cached());
	loss_report_final(&dispatch, &process_scope);
}

void end_program(struct thread *thread)
{
	struct slot *slot = scope_slot(&process_scope);

	dead_rings_dump_all(0, false);
	report_losses(thread);
	ring_give_back(slot);
	board_give_back(slot, SLOT_ENDED);
}

void close_program(struct thread *thread)
{
	if (!context_get()->is_open)
		return;
	seal_lift();
	pages_release_reserve();
	child_end_report_all();
	end_program(thread);
	context_set_default_level(LEVEL_UNSET);
	global_lock(); /* a reload would publish a context too */
	context_publish(NULL);
	global_unlock();
	identity_detach_board(thread);
	thread_open_gates();
	scope_set_gate(thread);
	sinks_close();
}
