/* SPDX-License-Identifier: MIT */
/* override: levels that an operator sets, which go before what configuration, environment and
 * program say. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "hot.h"
#include "layout.h"

/* Does what slot_level() does, for a slot whose level an operator has set. */
COLD int slot_level_by_person(struct slot *slot, uint64_t now_ms, bool *ret_expired);

/* Returns the level in force. An operator's level that has reached its end is taken back:
 * *ret_expired says so. Async-signal-safe. */
static inline int slot_level(struct slot *slot, uint64_t now_ms, bool *ret_expired)
{
	*ret_expired = false;
	if (atomic_load_explicit(&slot->person, memory_order_relaxed))
		return slot_level_by_person(slot, now_ms, ret_expired);
	return atomic_load_explicit(&slot->level, memory_order_relaxed);
}

/* Applies the overrides of that process name to the slot, which is visible already.
 * Async-signal-safe. */
void slot_apply_overrides(struct slot *slot, const char *name);
