/* SPDX-License-Identifier: MIT */
/* override: levels that an operator sets for names of processes, which go before what configuration,
 * environment and program say.
 *
 * A level stands in two places: in the board's table, for processes and scopes to come, and on each
 * slot that it holds for. An operator locks the table, writes it, and then goes through the slots;
 * a new slot is made visible first, and then takes its level from the table. So either the operator
 * finds the slot, or the slot finds the level. Both replace the slot's word only where it is what
 * they have seen: a scope that has just taken over the slot does not get another scope's level.
 *
 * The later rules of the table go before the earlier ones. The table has a sequence lock. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/compiler.h"
#include "board/slot.h"

/* ---- A slot's level; async-signal-safe -------------------------------------------------------- */

/* Does what slot_level() does, for a slot that has an override. */
COLD int slot_override_level(struct slot *slot, uint64_t now_ms, bool *ret_expired);

/* Returns the level in force. An override that has reached its end is taken back: *ret_expired says
 * so. */
static inline int slot_level(struct slot *slot, uint64_t now_ms, bool *ret_expired)
{
	*ret_expired = false;
	if (override_is_set(atomic_load_explicit(&slot->override, memory_order_relaxed)))
		return slot_override_level(slot, now_ms, ret_expired);
	return slot_own_level(slot);
}

/* Gives the slot, which is visible already, the level that the table has for that process name. */
void override_apply(struct slot *slot, const char *name);

/* ---- The table, as mplog level reads and writes it ------------------------------------------- */

struct override_entry {
	char pattern[PROCESS_NAME_SIZE]; /* of process names */
	override_word override;          /* OVERRIDE_RESET: as configured */
	uid_t uid;                       /* of the operator */
	pid_t pid;                       /* of one process and its scopes; 0: every process */
	int64_t since_boot_ms;           /* CLOCK_BOOTTIME: set; the process is older */
};

/* Locks the table of a board by its descriptor; the lock is the open file's. Any process that has
 * the board open can hold it: returns -EAGAIN then, or another negative errno. */
int override_lock(int fd);
void override_unlock(int fd);

/* Adds the entry to the locked table, in place of an earlier one for the same pattern and pid; the
 * pattern "*" of every process takes the place of all. Returns 0, or -ENOSPC: the table is full of
 * others that still hold. */
int override_set(struct board *board, const struct override_entry *entry)
	__attribute__((__nonnull__));

/* Takes out of the locked table what was set for a process that has ended. */
void override_forget(struct board *board, pid_t pid, int64_t since_boot_ms);

/* Writes the entry's level to the slot of that number, or with OVERRIDE_RESET takes it back. Returns
 * false where the slot's state is not WORD: it has changed hands. */
bool override_set_slot(struct board *board, uint32_t index, uint64_t word,
		       const struct override_entry *entry);

/* Copies the entries in force, oldest first. Returns how many. */
size_t override_list(const struct board *board, struct override_entry ret[BOARD_OVERRIDES]);
