/* SPDX-License-Identifier: MIT */
/* ring: what the process itself does with its ring: taking it, and writing entries, from any thread and
 * signal handler, without a lock, a system call or an allocation. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/compiler.h"
#include "base/strbuf.h"
#include "blackbox/layout.h"
#include "board/layout.h"

/* Whose entries these are. */
struct speaker {
	uint32_t id; /* another one wherever names or prefix differ */
	/* The process's name and its parent's, a NUL behind each; then the prefix of MESSAGE; then zeroes
	 * up to the next unit of an entry. */
	const char *text;
	uint8_t names_size;
	uint16_t prefix_size;
};

/* The process's own ring. A child begins without one. */
extern struct own_ring {
	_Atomic(struct ring *) open; /* NULL: none */
	uint32_t size;               /* of its data */
	uint32_t speaker;            /* whose names and prefix the ring has; 0: of none */
	_Atomic bool has_failed;     /* no ring could be taken: this process tries no more */
	_Atomic pid_t lock;          /* held by the thread that takes it */
	void *area;                  /* where it is mapped, or the parent's; NULL: none was */
	size_t area_size;
	_Atomic int64_t tick_ns;     /* CLOCK_MONOTONIC_COARSE when the next one was read */
	_Atomic int64_t realtime_ns; /* CLOCK_REALTIME */
} own_ring;

static inline struct ring *ring_get(void)
{
	return atomic_load_explicit(&own_ring.open, memory_order_acquire);
}

/* Takes the ring that belongs to the process's slot, with SPEAKER as its own. Returns NULL where that is
 * impossible, or another thread does so just now. */
COLD struct ring *ring_take(struct slot *slot, unsigned size_kb, const struct speaker *speaker);

/* What an entry is made of. */
struct entry_parts {
	const struct speaker *speaker;
	struct bytes record; /* fields, then the text; behind them zeroes up to the next unit */
	size_t fields_size;
	int level;
	pid_t tid;
	int64_t now_ns; /* the coarse monotonic clock */
};

/* Writes an entry. */
void ring_write(struct ring *ring, const struct entry_parts *parts);

/* Returns whether the ring has entries that were not dumped. */
static inline bool ring_has_entries(struct ring *ring)
{
	return atomic_load_explicit(&ring->head, memory_order_relaxed) !=
	       atomic_load_explicit(&ring->dumped, memory_order_relaxed);
}

/* Gives the ring back: the process ends by itself, or leaves the board. */
void ring_give_back(struct slot *slot);

/* Has a child take a ring of its own. Async-signal-safe. */
void ring_after_fork(void);
