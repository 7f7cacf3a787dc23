/* SPDX-License-Identifier: MIT */
/* route: which sinks a record goes to. */
#pragma once

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "board.h"
#include "hot.h"
#include "record.h"
#include "scope.h"
#include "sink.h"
#include "voice.h"

/* In the order in which a record falls from one to the next. */
extern const struct sink *const sinks[SINK_COUNT];

/* In a new child, before its first record: each sink takes descriptors of its own with the next
 * record. Async-signal-safe. */
void sinks_renew(void);

struct route {
	const struct voice *voice;
	struct slot *slot; /* shows which sink it was; NULL: nobody asks */
	struct deadline deadline;
	bool first_only; /* no fallback */

	/* The sink that failed already for this call, and why; or 0. */
	enum sink_id tried;
	int tried_error;

	/* Set by route_record(): where the record should go, and the first sink that failed, if one
	 * did. */
	enum sink_id first;
	enum sink_id failed;
	int error; /* negative errno, or 0 */
};

_Static_assert(SINK_CHOICE_SYSLOG - SINK_CHOICE_JOURNAL == SINK_SYSLOG &&
		       SINK_CHOICE_STDERR - SINK_CHOICE_JOURNAL == SINK_STDERR && SINK_JOURNAL == 0,
	       "who asks for a sink by name gets the one of that number");

/* Where the records of a scope go. */
static inline struct route route_of(struct scope *scope)
{
	const struct voice *voice = scope_voice(scope);

	return (struct route){
		.voice = voice,
		.slot = scope_slot(scope),
		.deadline = { .timeout_ms = voice ? voice->timeout_ms : 0 },
	};
}

static inline void route_show(const struct route *route, int sink, int error)
{
	if (!route->slot)
		return;
	atomic_store_explicit(&route->slot->sink, sink, memory_order_relaxed);
	atomic_store_explicit(&route->slot->sink_error, -error, memory_order_relaxed);
}

COLD enum sink_id route_first_of_single(struct route *route);

static inline enum sink_id route_first(struct route *route)
{
	const struct voice *voice = route->voice;

	if (UNLIKELY(voice->sink != SINK_CHOICE_AUTO))
		return (enum sink_id)(voice->sink - SINK_CHOICE_JOURNAL);
	return UNLIKELY(voice->single) ? route_first_of_single(route) : SINK_JOURNAL;
}

/* As the sink's write. */
HOT_INLINE int route_try(const struct route *route, enum sink_id id, const struct delivery *delivery)
{
	if (UNLIKELY(route->tried_error != 0) && route->tried == id)
		return route->tried_error;
	return sinks[id]->write(delivery);
}

/* The first sink did not take it (R: what its write returned): down the chain. */
COLD int route_fall(struct route *route, const struct delivery *delivery, int r);

void route_echo(const struct route *route, const struct delivery *delivery, enum sink_id sent);

/* 0: it is where it should be, 1: in a fallback, or the negative errno of the first that failed:
 * it is lost. -ENOTCONN: there is no sink. */
HOT_INLINE int route_record(struct route *route, const struct record *record)
{
	const struct delivery delivery = {
		.record = record,
		.style = &route->voice->style,
		.deadline = &route->deadline,
		.pid = route->voice->pid,
	};
	int r;

	route->first = route_first(route);
	route->error = 0;
	r = route_try(route, route->first, &delivery);
	if (UNLIKELY(r <= 0))
		return route_fall(route, &delivery, r);
	route_show(route, (int)route->first, 0);
	if (route->voice->echo)
		route_echo(route, &delivery, route->first);
	return 0;
}
