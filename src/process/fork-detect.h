/* SPDX-License-Identifier: MIT */
/* self: the operating system's process that this is: noticing that it is another one than before. */
#pragma once

#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/types.h>

#include "base/compiler.h"

/* In a page of its own that reads zero in every child, however it was forked: a fork is noticed
 * for the price of a load, where getpid(2) is a system call. */
struct fork_page {
	_Atomic pid_t pid;  /* 0: the process is not identified yet */
	_Atomic pid_t born; /* as pid, from the start; 0: no fork handler has seen this child */
};

extern _Atomic(struct fork_page *) fork_page;
extern struct fork_page fork_no_page; /* where the kernel cannot wipe: then getpid(2) it is */
COLD bool fork_pid_differs(pid_t pid);

/* Tells whether this process is not identified yet: the program at its start, and each child of a
 * fork, by whatever call it was made. */
static inline bool fork_is_pending(void)
{
	const struct fork_page *page = atomic_load_explicit(&fork_page, memory_order_relaxed);
	const pid_t pid = atomic_load_explicit(&page->pid, memory_order_acquire);

	if (LIKELY(pid && page != &fork_no_page))
		return false;
	return !pid || fork_pid_differs(pid);
}

pid_t getpid_cached(void);
bool fork_in_other_pidns(void); /* of another pid namespace than the program */

/* Not in the child of _Fork(3) or clone(2), where malloc(3) may hang. */
bool fork_malloc_is_safe(void);

/* Tells whether this is a new child that was made past all fork handlers: then no thread but its own
 * is left of those that it knows. */
bool fork_is_unseen(void);

/* ---- For process.c: the way from a new process to a known one --------------------------------- */

/* Prepares for noticing forks. Once, at the program's start. */
void fork_detect_init(void);

/* Blocks all signals in the calling thread. */
void fork_block_signals(sigset_t *ret_before);

/* Notes in the parent, before a fork(2), whether the child may parse files. */
void fork_prepare(bool child_may_parse);

/* Begins a child in its fork handler, with signals blocked. False: a signal handler that logged has
 * identified it already. */
bool fork_begin_child(void);

/* Finds out pid and namespace of a new process, in one thread and with signals blocked.
 * IS_CHILD: it was forked. It counts as new until fork_end_identify(). */
void fork_identify(bool is_child);
void fork_end_identify(void);

/* Tells whether no handler of fork(2) has seen this child. */
bool fork_bypassed_handlers(void);
