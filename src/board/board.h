/* SPDX-License-Identifier: MIT */
/* board: making the memory that a fork tree shares, and taking and giving back its slots. Its layout
 * is in layout.h.
 *
 * The board is a memfd, sealed against growing and shrinking, which children inherit and mplog(1)
 * finds through /proc. The functions are async-signal-safe unless said otherwise. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "board/slot.h"

/* Makes the process's own board: shared, or for this process alone (no descriptor; forked children
 * have copies). There is at most one; its memory stays readable for good, so that a gate never
 * dangles. Returns 0 or a negative errno. Not async-signal-safe. */
int board_open(const char *identifier, const char *run_id, bool shared);

/* Closes the board. Its memory and its descriptor are there until board_wipe(), for calls that are under way;
 * the memory is zeroes then: before that no gate may point there. */
void board_close(void);
void board_wipe(void);

/* Returns the process's board, or NULL. */
struct board *board_get(void);

/* Tells whether children share the board. */
bool board_is_shared(void);

/* Tells whether there are places for rings behind the board, and returns the descriptor of the file that
 * has both, or -EBADF: the program has closed it. */
bool board_has_rings(void);
int board_fd(void);

/* Returns the number of the board, which each board_open() raises: slots of an earlier board, at the
 * same address, belong to other owners now. */
uint32_t board_generation(void);

/* Returns how many of a board's slots are to be looked at; 0 of NULL. */
static inline uint32_t board_used(const struct board *board)
{
	const uint32_t used = board ? atomic_load(&board->used) : 0;

	return used < BOARD_SLOTS ? used : BOARD_SLOTS;
}

/* Takes a slot for the process with that pid, or returns NULL: there is none left. The slot becomes
 * visible to other processes by board_show(), as SLOT_PROCESS or SLOT_SCOPE. */
struct slot *board_take(pid_t pid, bool other_pidns);
void board_show(struct slot *slot, enum slot_phase phase);

/* Gives a slot back: a process's as SLOT_ENDED, with its final figures, a scope's as SLOT_FREE. */
void board_give_back(struct slot *slot, enum slot_phase phase);

/* Marks the slot of the process PID, which has ended, as reported by a record. Returns false where
 * another process or thread has done so. */
bool board_mark_reported(struct slot *slot, pid_t pid);

/* Hides a scope's slot, and leaves it to its owner for the next scope. */
struct slot *board_park(struct slot *slot);

/* Returns the slot's index, or -1 where it is not on the board, which another thread may close at any time. */
int board_index(const struct slot *slot);

/* Returns the slot's state and owner, or 0 where it is not on the board. */
uint64_t board_slot_state(const struct slot *slot);

/* Tells whether the slot belongs to the process PID, or to a scope of it. OTHER_PIDNS: the caller,
 * which knows the process by that pid, is in another pid namespace than the board's creator. */
static inline bool slot_word_is_of(uint64_t word, pid_t pid, bool other_pidns)
{
	const enum slot_phase phase = slot_word_phase(word);

	return slot_word_pid(word) == pid && !(word & SLOT_OTHER_PIDNS) == !other_pidns &&
	       phase != SLOT_FREE && phase != SLOT_TAKEN;
}

/* Returns the newest process slot of a pid, also of a process that has ended; or NULL. OTHER_PIDNS:
 * as in slot_word_is_of(). */
struct slot *board_find(pid_t pid, bool other_pidns);

/* Returns true once a run for each key of a kind. Of more keys than BOARD_ONCE the table forgets some,
 * for which it returns true again. */
bool board_once(enum once_kind kind, uint64_t key);
