/* SPDX-License-Identifier: MIT */
/* tell: what is still to be told about records that did not arrive: lost, diverted, suppressed. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "board.h"
#include "route.h"

/* A record was lost (or, not lost, diverted). SEQUENCE: its PROCESS_SEQ, or 0. */
void tell_note(bool lost, uint64_t sequence);

/* Before the next record: tells of lost and diverted ones where the sink takes it. Or the sink
 * failed, and it is still to be told: returns the negative errno. */
int tell_lost(struct route *route);

/* There is no next record: tells of them wherever somebody may read it. */
void tell_lost_at_last(struct route *route);

/* The sink asked for by name failed, as the route says: told once a run. */
void tell_sink(const struct route *route);

/* A record was suppressed by the slot's rate limit. */
void tell_note_suppressed(struct slot *slot);

/* Tells how many were, if any; likewise, at most once in an interval of the limit. */
void tell_suppressed(struct route *route, struct slot *slot);
void tell_suppressed_in_time(struct route *route, struct slot *slot);

/* Tells for all slots of a process which cannot tell itself any more. */
void tell_suppressed_by(struct route *route, pid_t pid);

/* In a new child: what is to be told is the parent's. */
void tell_forget(void);
