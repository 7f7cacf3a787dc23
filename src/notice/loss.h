/* SPDX-License-Identifier: MIT */
/* tell: what is still to be reported of records that did not arrive: lost, diverted, suppressed. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "board/board.h"
#include "scope/scope.h"
#include "sink/dispatch.h"

/* Counts a record that was lost, or (not LOST) diverted. SEQUENCE: its PROCESS_SEQ, or 0. */
void loss_count(bool lost, uint64_t sequence);

/* What is not yet reported; in a child nothing is. */
extern struct loss_pending {
	_Atomic uint64_t lost, diverted;
	_Atomic uint64_t first, last; /* PROCESS_SEQ */
	_Atomic int64_t since_ns;
} loss_pending;

static inline bool loss_is_pending(void)
{
	return atomic_load_explicit(&loss_pending.lost, memory_order_relaxed) ||
	       atomic_load_explicit(&loss_pending.diverted, memory_order_relaxed);
}

COLD void loss_report_now(struct dispatch *dispatch, struct scope *scope);

/* Before the next record: reports lost and diverted ones, as a notice of SCOPE, where the primary
 * sink takes it. Otherwise that sink is dispatch->tried: they are still to be reported, and the record
 * need not try it again. */
static inline void loss_report_pending(struct dispatch *dispatch, struct scope *scope)
{
	if (UNLIKELY(loss_is_pending()))
		loss_report_now(dispatch, scope);
}

/* Where no record follows: reports them to whichever sink takes the notice. */
void loss_report_final(struct dispatch *dispatch, struct scope *scope);

/* Reports once a run that the sink asked for by name failed, as the result says. */
void notice_sink_failed(const struct dispatch *dispatch, const struct dispatch_result *result,
			struct scope *scope);

/* Counts a record that the slot's rate limit suppressed. */
void suppressed_count(struct slot *slot);

/* Reports how many records the rate limit of SCOPE suppressed, if any; the second at most once in
 * an interval of the limit. */
void suppressed_report(struct dispatch *dispatch, struct scope *scope);
COLD void suppressed_report_if_due(struct dispatch *dispatch, struct scope *scope);

static inline void suppressed_report_due(struct dispatch *dispatch, struct scope *scope)
{
	const struct slot *slot = scope_slot(scope);

	if (UNLIKELY(atomic_load_explicit(&slot->suppressed_pending, memory_order_relaxed)))
		suppressed_report_if_due(dispatch, scope);
}

/* Reports, as notices of this process, what was suppressed on all slots of the process PID, which
 * cannot report it any more. */
void suppressed_report_for(struct dispatch *dispatch, pid_t pid);

/* In a new child: what is still to be reported is the parent's. Async-signal-safe. */
void loss_after_fork(void);
