/* SPDX-License-Identifier: MIT */
/* loss: counting and reporting the records that did not arrive: lost, diverted, suppressed. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "board/board.h"
#include "scope/scope.h"
#include "sink/dispatch.h"

/* Counts a record that was lost, or (not LOST) diverted. SEQUENCE: its PROCESS_SEQ, or 0. */
void loss_count(bool lost, uint64_t sequence);

/* Notes the level of a record that is going to be counted as lost or diverted. */
COLD void loss_note_level(int level);

/* What is counted and not reported yet. A child begins with nothing. */
extern struct loss_pending {
	_Atomic uint64_t lost, diverted;
	_Atomic uint64_t first, last; /* PROCESS_SEQ */
	_Atomic int64_t since_ns;
	_Atomic int severity; /* of the most severe: MPLOG_DEBUG + 1 - its level; 0: none */
} loss_pending;

static inline bool loss_is_pending(void)
{
	return atomic_load_explicit(&loss_pending.lost, memory_order_relaxed) ||
	       atomic_load_explicit(&loss_pending.diverted, memory_order_relaxed);
}

COLD void loss_report_now(struct dispatch *dispatch, struct scope *scope);

/* Reports lost and diverted records, before the next record, as a notice of SCOPE. Where the primary
 * sink does not take the notice, dispatch->excluded is that sink, and the report is still due. */
static inline void loss_report_pending(struct dispatch *dispatch, struct scope *scope)
{
	if (UNLIKELY(loss_is_pending()))
		loss_report_now(dispatch, scope);
}

/* Reports them, where no record follows, to the first sink that takes the notice. */
void loss_report_final(struct dispatch *dispatch, struct scope *scope);

/* Reports once a run that a forced sink failed. */
void notice_sink_failed(const struct dispatch *dispatch, const struct dispatch_result *result,
			struct scope *scope);

/* Counts a record that the slot's rate limit suppressed. */
void suppressed_count(struct slot *slot);

/* Report how many records the rate limit of SCOPE suppressed, if any; the second one at most once in
 * an interval of the limit. */
void suppressed_report(struct scope *scope);
COLD void suppressed_report_if_due(struct dispatch *dispatch, struct scope *scope);

static inline void suppressed_report_due(struct dispatch *dispatch, struct scope *scope)
{
	const struct slot *slot = scope_slot(scope);

	if (UNLIKELY(atomic_load_explicit(&slot->suppressed_pending, memory_order_relaxed)))
		suppressed_report_if_due(dispatch, scope);
}

/* Reports, as notices of this process, the suppressed records of all slots of the process PID, which
 * has ended. */
void suppressed_report_for(struct dispatch *dispatch, pid_t pid);

/* Forgets, in a child, what its parent has to report. Async-signal-safe. */
void loss_after_fork(void);
