/* SPDX-License-Identifier: MIT */
/* slot: the words, the texts and the gate of a slot. Async-signal-safe.
 *
 * A slot's texts are written by its owner and read by any process of the tree: a sequence lock. The
 * writer makes text_sequence odd, writes, and makes it even again. What a reader copied stood there
 * together if the sequence was even before and is the same afterwards. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/level.h"
#include "board/layout.h"

/* ---- Words ------------------------------------------------------------------------------------ */

/* Returns the number of a counter or sequence: see FIGURE_MOVED. */
static inline uint64_t figure_value(uint64_t figure)
{
	return figure & ~FIGURE_MOVED;
}

static inline pid_t slot_word_pid(uint64_t word)
{
	return (pid_t)(word >> 32);
}

static inline uint32_t slot_word_generation(uint64_t word)
{
	return (uint32_t)(word >> 8) & SLOT_GENERATION;
}

static inline enum slot_phase slot_word_phase(uint64_t word)
{
	return (enum slot_phase)(word & 0x7f);
}

static inline override_word override_pack(int level, uint64_t until_ms)
{
	const uint64_t end_ms = until_ms < OVERRIDE_UNTIL_MAX ? until_ms : OVERRIDE_UNTIL_MAX;

	return end_ms << 22 | (unsigned)(level + 2);
}

/* Returns the word as it stands on a slot whose state has that generation. */
static inline override_word override_of_generation(override_word override, uint32_t generation)
{
	const override_word mask = (override_word)0x3ffff << 4;

	return (override & ~mask) | (((override_word)generation << 4) & mask);
}

static inline bool override_is_set(override_word override)
{
	return override & OVERRIDE_LEVEL;
}

static inline int override_level(override_word override)
{
	return level_clamp((int)(override & OVERRIDE_LEVEL) - 2);
}

static inline uint64_t override_until_ms(override_word override)
{
	return override >> 22;
}

/* ---- Texts and gate --------------------------------------------------------------------------- */

/* Writes TEXT, cut to SIZE, to one of the slot's texts: slot->name, for example. */
void slot_write_text(struct slot *slot, char *field, size_t size, const char *text);

/* Copies the name of the slot's process or scope. Returns false where it was being written, or its
 * writer was killed before it had finished: then RET has what was there. RET has allowed bytes only
 * and ends with a NUL in either case. */
bool slot_read_name(const struct slot *slot, char ret[static PROCESS_NAME_SIZE]);

/* Returns the level that configuration, environment and program say. */
static inline int slot_own_level(const struct slot *slot)
{
	return level_clamp(atomic_load_explicit(&slot->level, memory_order_relaxed));
}

/* Returns the level of the process's black box, or MPLOG_NONE. */
static inline int slot_blackbox_level(const struct slot *slot)
{
	const int stored = atomic_load_explicit(&slot->blackbox_level, memory_order_relaxed);

	return stored > 0 ? level_clamp(stored - 1) : MPLOG_NONE;
}

/* Returns whether the slot's process has a reload to answer. */
static inline bool slot_reload_requested(const struct slot *slot)
{
	return atomic_load_explicit(&slot->reload_requested, memory_order_relaxed) !=
	       atomic_load_explicit(&slot->reload_completed, memory_order_relaxed);
}

/* Returns whether the answer to a request is there: to that one, or to a later one. */
static inline bool slot_reload_answered(const struct slot *slot, uint32_t generation)
{
	return (int32_t)(atomic_load(&slot->reload_completed) - generation) >= 0;
}

/* Asks the slot's process to read its files again. Of several requests the latest stays. */
void slot_request_reload(struct slot *slot, uint32_t generation);

/* Answers the request of that generation. */
void slot_answer_reload(struct slot *slot, uint32_t generation, enum reload_result result);

/* Notes that a reload which was answered awaits a file that is being written, so that a process that logs
 * nothing at its level looks at the file again: RELOAD_DEFERRED; or what came of it. */
void slot_await_file(struct slot *slot, enum reload_result result);

/* Makes the gate follow the slot's level and that of its black box, its override and a pending reload. A
 * process that changes one of these, of any slot, calls it afterwards. */
void slot_open_gate(struct slot *slot);
