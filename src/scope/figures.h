/* SPDX-License-Identifier: MIT */
/* figures: the counters and the sequence of the process, which count on while the process's scope moves
 * from one slot to another. */
#pragma once

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "board/layout.h"

COLD uint64_t figures_count_moved(_Atomic(struct slot *) *home, size_t offset);

/* Adds 1 to the counter or the sequence at that offset of the process's slot, which *HOME is, and returns
 * the former value. Another thread may move the figures. */
static inline ALWAYS_INLINE uint64_t figures_count(_Atomic(struct slot *) *home, size_t offset)
{
	struct slot *slot = atomic_load_explicit(home, memory_order_acquire);
	_Atomic uint64_t *figure = (_Atomic uint64_t *)(void *)((char *)slot + offset);
	const uint64_t before = atomic_fetch_add_explicit(figure, 1, memory_order_relaxed);

	return LIKELY(!(before & FIGURE_MOVED)) ? before : figures_count_moved(home, offset);
}

/* Moves the figures to another slot, which is *HOME then. OWN: the process's slot without a board. */
void figures_move(_Atomic(struct slot *) *home, struct slot *own, struct slot *to);
