/* SPDX-License-Identifier: MIT */
/* override: levels that an operator sets for names of processes, which go before what configuration,
 * environment and program say.
 *
 * A level stands in two places: in the board's table, for processes and scopes to come, and in each
 * slot that it holds for. An operator locks the table, writes it, and then goes through the slots;
 * a new slot is made visible first, and then takes its level from the table. So either the operator
 * finds the slot, or the slot finds the level.
 *
 * The table's later entries go before its earlier ones. Each has a sequence lock. A writer moves
 * entries to the front only, and writes an entry to its new place before another one takes the old
 * place: a reader, from back to front, may see an entry twice, but misses none that stays. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/compiler.h"
#include "board/layout.h"

/* ---- A slot's level; async-signal-safe -------------------------------------------------------- */

/* Does what slot_level() does, for a slot whose level an operator has set. */
COLD int slot_override_level(struct slot *slot, uint64_t now_ms, bool *ret_expired);

/* Returns the level in force. An operator's level that has reached its end is taken back:
 * *ret_expired says so. */
static inline int slot_level(struct slot *slot, uint64_t now_ms, bool *ret_expired)
{
	*ret_expired = false;
	if (atomic_load_explicit(&slot->override, memory_order_relaxed))
		return slot_override_level(slot, now_ms, ret_expired);
	return atomic_load_explicit(&slot->level, memory_order_relaxed);
}

/* Gives the slot, which is visible already, the level that the table has for that process name. */
void override_apply(struct slot *slot, const char *name);

/* Sets the operator's level of a slot, or with OVERRIDE_RESET takes it back. */
void slot_set_override(struct slot *slot, override_word override, uid_t uid);

/* ---- The table, as mplog level reads and writes it ------------------------------------------- */

struct override_order {
	const char *pattern;    /* of process names */
	override_word override; /* OVERRIDE_RESET: as configured */
	uid_t uid;
};

struct override_entry {
	char pattern[PROCESS_NAME_SIZE];
	override_word override;
	uid_t uid;
};

/* Locks the table of a board by its descriptor; the lock is the open file's. Any process that has
 * the board open can hold it: returns -EBUSY after two seconds, or another negative errno. */
int override_lock(int fd);
void override_unlock(int fd);

/* Adds the order to the locked table, in place of an earlier one for the same pattern; the pattern
 * "*" takes the place of all. Returns 0, or
 *   -ENAMETOOLONG  the pattern
 *   -ENOSPC        the table is full of others that still hold */
int override_set(struct board *board, const struct override_order *order);

/* Copies the entries in force, oldest first. Returns how many. */
size_t override_list(const struct board *board, struct override_entry ret[BOARD_OVERRIDES]);

/* Tells whether there is an entry in force for that very pattern. */
bool override_holds(const struct board *board, const char *pattern);
