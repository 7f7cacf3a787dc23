/* SPDX-License-Identifier: MIT */
/* lock: a word that one thread at a time holds. The word is the tid of its holder, so that no thread
 * waits for one that a fork has left behind. Async-signal-safe. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <sys/types.h>

/* Returns whether the thread does not exist, in this process or in one that shares its memory by
 * vfork(2): a lock that it held is free. */
bool tid_is_gone(pid_t tid);

/* Take the word, which is held until 0 is stored into it. */
bool tid_lock_try(_Atomic pid_t *word);
void tid_lock(_Atomic pid_t *word);

/* Take and release the library's one lock, for changes to what all threads share. The lock is held for
 * a bounded time, and no fork leaves it held. */
void global_lock(void);
bool global_trylock(void);
void global_unlock(void);

/* Take and release the right to open or to close the library, which takes several steps and may wait for a
 * sink: what others hold global_lock() for goes on meanwhile. No fork leaves it taken. */
bool global_turn_try(void);
void global_turn_end(void);

/* Takes the library's lock for a fork(2), but not in a process that is new itself. Returns false where
 * that was impossible: then the child may not parse a file. */
bool global_lock_before_fork(bool is_new);
void global_unlock_after_fork(void); /* in the parent */

/* Releases the library's lock and turn in a child. */
void lock_after_fork(void);
