/* SPDX-License-Identifier: MIT */
/* slot: the texts of a slot and its gate. Async-signal-safe, all of it.
 *
 * The texts (name, parent_name, origin, report) have one writer at a time, the owner of the slot,
 * and readers in all processes of the tree: a sequence lock. The writer makes text_sequence odd,
 * writes, and makes it even again. A reader copies, and what it copied stood there together if the
 * sequence was even before and is the same afterwards. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "board/layout.h"

/* Writes TEXT, cut to SIZE, to one of the slot's texts: slot->name, for example. */
void slot_write_text(struct slot *slot, char *field, size_t size, const char *text);

/* Copies the SIZE bytes at OFFSET of the slot, one or several texts, as they stood together.
 * Returns false where that did not succeed, because the writer was killed before it had finished,
 * for example: then RET has what was there, which ends with a NUL all the same. */
bool slot_read_text(const struct slot *slot, size_t offset, size_t size, char *ret);

/* Does the same, and tries again at most *TRIES times, which are subtracted: for a reader of many
 * slots, whose writers may never finish. */
bool slot_read_text_within(const struct slot *slot, size_t offset, size_t size, char *ret,
			   unsigned *tries);

/* Makes the gate follow the slot's level, what an operator set, and a pending reload. A process
 * that changes one of these, of any slot, calls it afterwards. */
void slot_open_gate(struct slot *slot);
