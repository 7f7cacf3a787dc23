/* SPDX-License-Identifier: MIT */
/* lock: a word that one thread at a time holds. The word has the tid of its holder, so that no
 * thread waits for one that a fork has left behind. Async-signal-safe. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <sys/types.h>

/* Tells whether no thread of this process has that tid, nor one that shares its memory in a
 * vfork(2): what that thread held is free. */
bool tid_is_gone(pid_t tid);

/* Takes the word, which is held until 0 is stored into it. */
bool tid_lock_try(_Atomic pid_t *word);
void tid_lock(_Atomic pid_t *word);

/* Takes the library's one lock: its holder may change what all threads share. Held for a bounded
 * time; no fork leaves it held. */
void global_lock(void);
bool global_trylock(void);
void global_unlock(void);

/* Takes the library's lock for a fork(2), but not in a process that is new itself. False where that
 * was not possible: then the child may not parse a file. */
bool global_lock_before_fork(bool is_new);

/* Gives it back in the parent. */
void global_unlock_after_fork(void);

/* Frees it in a child. */
void lock_after_fork(void);
