/* SPDX-License-Identifier: MIT */
/* tell: what is still to be told about records that did not arrive: lost, diverted, suppressed. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "board.h"
#include "hot.h"
#include "route.h"

/* A record was lost (or, not lost, diverted). SEQUENCE: its PROCESS_SEQ, or 0. */
void tell_note(bool lost, uint64_t sequence);

extern _Atomic uint64_t tell_lost_count, tell_diverted_count; /* those not told of yet */

static inline bool tell_is_anything_untold(void)
{
	return atomic_load_explicit(&tell_lost_count, memory_order_relaxed) ||
	       atomic_load_explicit(&tell_diverted_count, memory_order_relaxed);
}

COLD void tell_lost_now(struct route *route);

/* Before the next record: tells of lost and diverted ones where the sink takes it. One that does
 * not is route->tried: it is still to be told, and the record need not try that sink again. */
static inline void tell_lost(struct route *route)
{
	if (UNLIKELY(tell_is_anything_untold()))
		tell_lost_now(route);
}

/* There is no next record: tells of them wherever somebody may read it. */
void tell_lost_at_last(struct route *route);

/* The sink asked for by name failed, as the route says: told once a run. */
void tell_sink(const struct route *route);

/* A record was suppressed by the slot's rate limit. */
void tell_note_suppressed(struct slot *slot);

/* Tells how many were, if any; likewise, at most once in an interval of the limit. */
void tell_suppressed(struct route *route, struct slot *slot);
COLD void tell_suppressed_if_time(struct route *route, struct slot *slot);

static inline void tell_suppressed_in_time(struct route *route, struct slot *slot)
{
	if (UNLIKELY(atomic_load_explicit(&slot->untold_suppressed, memory_order_relaxed)))
		tell_suppressed_if_time(route, slot);
}

/* Tells for all slots of a process which cannot tell itself any more. */
void tell_suppressed_by(struct route *route, pid_t pid);

/* In a new child: what is to be told is the parent's. */
void tell_forget(void);
