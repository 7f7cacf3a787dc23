/* SPDX-License-Identifier: MIT */
/* refresh: what is due with a call: changed files, a reload that was asked for, a scope whose configuration
 * is out of date. */
#pragma once

#include <stdint.h>

#include "base/compiler.h"
#include "process/thread.h"
#include "scope/context.h"
#include "scope/scope.h"

extern _Atomic int64_t refresh_tick_ns; /* the coarse clock at the last call */

static inline bool slot_reload_requested(const struct slot *slot)
{
	return atomic_load_explicit(&slot->reload_requested, memory_order_relaxed) !=
	       atomic_load_explicit(&slot->reload_completed, memory_order_relaxed);
}

COLD void refresh_slow(struct thread *thread, int64_t now_ns);

/* Does with each call what is due; cheap until something is: files are looked at once a second. */
static inline void watch(struct thread *thread, int64_t now_ns)
{
	const struct scope *scope = scope_of(thread);

	if (UNLIKELY(now_ns != atomic_load_explicit(&refresh_tick_ns, memory_order_relaxed) ||
		     slot_reload_requested(scope_slot(&process_scope)) ||
		     slot_reload_requested(scope_slot(scope)) ||
		     scope->generation != context_generation()))
		refresh_slow(thread, now_ns);
}

/* mplog_reload() */
int refresh_now(struct thread *thread);
