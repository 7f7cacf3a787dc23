/* SPDX-License-Identifier: MIT */
/* refresh: what is due with a call: changed files, a reload that was asked for, a scope whose configuration
 * is out of date. */
#pragma once

#include <stdint.h>

#include "base/compiler.h"
#include "scope/context.h"
#include "scope/scope.h"
#include "process/thread.h"

extern _Atomic int64_t watch_tick_ns; /* the coarse clock at the last call */

static inline bool watch_is_asked(const struct slot *slot)
{
	return atomic_load_explicit(&slot->reload_asked, memory_order_relaxed) !=
	       atomic_load_explicit(&slot->reload_answered, memory_order_relaxed);
}

COLD void watch_what_is_due(struct thread *thread, int64_t now_ns);

/* Does with each call what is due; cheap until something is: files are looked at once a second. */
static inline void watch(struct thread *thread, int64_t now_ns)
{
	const struct scope *scope = scope_of(thread);

	if (UNLIKELY(now_ns != atomic_load_explicit(&watch_tick_ns, memory_order_relaxed) ||
		     watch_is_asked(scope_slot(&process_scope)) ||
		     watch_is_asked(scope_slot(scope)) ||
		     scope->generation != context_generation()))
		watch_what_is_due(thread, now_ns);
}

/* mplog_reload() */
int watch_reload(struct thread *thread);
