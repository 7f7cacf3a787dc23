/* SPDX-License-Identifier: MIT */
/* self: the operating system's process that this is: noticing that it is another one than before,
 * and who of its threads may change what all share. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <sys/types.h>

#include "hot.h"

/* In a page of its own that reads zero in every child, however it was forked: a fork is noticed
 * for the price of a load, where getpid(2) is a system call. */
struct self_page {
	_Atomic pid_t pid;  /* 0: who we are is still to be found out */
	_Atomic pid_t born; /* as pid, from the start; 0: no fork handler has seen this child */
};

extern _Atomic(struct self_page *) self_page;
extern struct self_page self_no_page; /* where the kernel cannot wipe: then getpid(2) it is */
COLD bool self_is_other_than(pid_t pid);

/* Whether this process has not found out yet who it is: the program at its start, and each child
 * of a fork, whoever made it. */
static inline bool self_is_new(void)
{
	const struct self_page *page = atomic_load_explicit(&self_page, memory_order_relaxed);
	const pid_t pid = atomic_load_explicit(&page->pid, memory_order_acquire);

	if (LIKELY(pid && page != &self_no_page))
		return false;
	return !pid || self_is_other_than(pid);
}

pid_t self_pid(void);
bool self_is_foreign(void); /* of another pid namespace than the program */

/* Not in the child of _Fork(3) or clone(2), where malloc(3) may hang. */
bool self_may_parse(void);

/* Whether the thread with that number is none of this process, and none that shares its memory in
 * a vfork(2): what it held is free. */
bool self_has_gone(pid_t tid);

/* A word that one thread at a time holds, until it stores 0. It has the number of its holder, so
 * that nobody waits for a thread that a fork has left behind. */
bool self_try_hold(_Atomic pid_t *word);
void self_hold(_Atomic pid_t *word);

/* Who may change what all threads share. Held for a bounded time; no fork leaves it held. */
void self_lock(void);
bool self_try_lock(void);
void self_unlock(void);

/* ---- For process.c: the way from a new process to a known one --------------------------------- */

/* fork(2)'s handlers. In the child adopt is called, with all signals blocked, unless it has found
 * out by then who it is. */
void self_before_fork(void);
void self_after_fork(void);
void self_begin_child(void (*adopt)(void));

/* Whether no handler of fork(2) has seen this child. */
bool self_is_raw_child(void);

/* Calls find_out in one thread of a new process, with pid and namespace known and all signals
 * blocked; the others wait until it is done. CHILD: it was forked. */
void self_find_out(bool child, void (*find_out)(void));
