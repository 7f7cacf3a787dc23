/* SPDX-License-Identifier: MIT */
/* dump: sending the entries of a ring as records, once and in order, with a notice before them. All
 * functions are async-signal-safe. */
#pragma once

#include "base/compiler.h"
#include "blackbox/ring.h"
#include "sink/dispatch.h"

/* Sends all entries that were not dumped yet. SIZE: of the ring's data. OUTPUT says where to; the deadline
 * is for all of them together. Returns how many were sent; -EBUSY: another thread or process dumps the
 * ring just now; or a negative errno: the sink took no more, and the rest is left in the ring. */
int dump_ring(struct ring *ring, size_t size, const struct output *output,
	      struct deadline *deadline);

/* Dumps the process's own ring, if it has one; likewise. */
int dump_own(const struct output *output, struct deadline *deadline);

COLD void dump_before_now(struct dispatch *dispatch);

/* Dumps the process's own ring before a record, in half of the record's deadline at most. */
static inline void dump_before(struct dispatch *dispatch)
{
	struct ring *ring = ring_get();

	if (ring && ring_has_entries(ring))
		dump_before_now(dispatch);
}
