/* SPDX-License-Identifier: MIT */
/* tell: what is still to be reported of records that did not arrive: lost, diverted, suppressed. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "board/board.h"
#include "base/compiler.h"
#include "sink/dispatch.h"
#include "scope/scope.h"

/* Counts a record that was lost, or (not LOST) diverted. SEQUENCE: its PROCESS_SEQ, or 0. */
void tell_note(bool lost, uint64_t sequence);

/* What is not yet reported; in a child nothing is. */
extern struct loss_pending {
	_Atomic uint64_t lost, diverted;
	_Atomic uint64_t first, last; /* PROCESS_SEQ */
	_Atomic int64_t since_ns;
} loss_pending;

static inline bool tell_is_anything_untold(void)
{
	return atomic_load_explicit(&loss_pending.lost, memory_order_relaxed) ||
	       atomic_load_explicit(&loss_pending.diverted, memory_order_relaxed);
}

COLD void tell_lost_now(struct dispatch *dispatch, struct scope *scope);

/* Before the next record: reports lost and diverted ones, as a notice of SCOPE, where the primary
 * sink takes it. Otherwise that sink is dispatch->tried: they are still to be reported, and the record
 * need not try it again. */
static inline void tell_lost(struct dispatch *dispatch, struct scope *scope)
{
	if (UNLIKELY(tell_is_anything_untold()))
		tell_lost_now(dispatch, scope);
}

/* Where no record follows: reports them to whichever sink takes the notice. */
void tell_lost_at_last(struct dispatch *dispatch, struct scope *scope);

/* Reports once a run that the sink asked for by name failed, as the result says. */
void tell_sink(const struct dispatch *dispatch, const struct dispatch_result *result,
	       struct scope *scope);

/* Counts a record that the slot's rate limit suppressed. */
void tell_note_suppressed(struct slot *slot);

/* Reports how many records the rate limit of SCOPE suppressed, if any; the second at most once in
 * an interval of the limit. */
void tell_suppressed(struct dispatch *dispatch, struct scope *scope);
COLD void tell_suppressed_if_time(struct dispatch *dispatch, struct scope *scope);

static inline void tell_suppressed_in_time(struct dispatch *dispatch, struct scope *scope)
{
	const struct slot *slot = scope_slot(scope);

	if (UNLIKELY(atomic_load_explicit(&slot->untold_suppressed, memory_order_relaxed)))
		tell_suppressed_if_time(dispatch, scope);
}

/* Reports, as notices of this process, what was suppressed on all slots of the process PID, which
 * cannot report it any more. */
void tell_suppressed_by(struct dispatch *dispatch, pid_t pid);

/* In a new child: what is still to be reported is the parent's. Async-signal-safe. */
void tell_forget(void);
