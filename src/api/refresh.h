/* SPDX-License-Identifier: MIT */
/* refresh: what is due with a call: changed files, a requested reload, a scope whose configuration is
 * out of date. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "process/thread.h"
#include "scope/context.h"
#include "scope/scope.h"

extern _Atomic int64_t refresh_tick_ns; /* the coarse clock at the last call */

/* Files are looked at once a second. */
COLD void refresh_slow(struct thread *thread, int64_t now_ns);

/* Does what is due; the usual call loads four words and finds nothing. */
static inline void refresh_if_due(struct thread *thread, int64_t now_ns)
{
	const struct scope *scope = scope_of(thread);

	if (UNLIKELY(now_ns != atomic_load_explicit(&refresh_tick_ns, memory_order_relaxed) ||
		     slot_reload_requested(scope_slot(&process_scope)) ||
		     slot_reload_requested(scope_slot(scope)) ||
		     scope->generation != context_generation()))
		refresh_slow(thread, now_ns);
}

/* Does what mplog_reload() does. MAY_WAIT: for a file that is being written, a moment. */
int refresh_now(struct thread *thread, bool may_wait);
