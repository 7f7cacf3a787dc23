/* SPDX-License-Identifier: MIT */
/* fork-detect: noticing that this is another process than before, and what is known of it. */
#pragma once

#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/types.h>

#include "base/compiler.h"

/* Lies on a page of its own that reads zero in every child, however it was forked: a fork is noticed
 * for the price of a load, where getpid(2) is a system call. */
struct fork_page {
	_Atomic pid_t pid;  /* 0: the process is not identified yet */
	_Atomic pid_t born; /* the pid from the start; 0: no fork handler has run in this child */
};

extern _Atomic(struct fork_page *) fork_page;
extern struct fork_page fork_no_page; /* where the kernel cannot wipe: getpid(2) is asked */
COLD bool fork_pid_differs(pid_t pid);

/* Returns whether this process is not identified yet: the program at its start, and each child of a
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

/* Returns false in the child of _Fork(3) or clone(2), where malloc(3) may hang. */
bool fork_malloc_is_safe(void);

/* Returns whether this is a new child that was made past all fork handlers: of the threads in its
 * memory only its own exists. */
bool fork_is_unseen(void);

/* ---- For api/identity.c: from a new process to an identified one ------------------------------- */

/* Prepares for noticing forks. Called once, at the program's start. */
void fork_detect_init(void);

/* Blocks all signals in the calling thread. */
void fork_block_signals(sigset_t *ret_before);

/* Notes in the parent, before a fork(2), whether the child may parse files. */
void fork_prepare(bool child_may_parse);

/* Begins a child in its fork handler, with signals blocked. Returns false where a signal handler that
 * logged has identified the child already. */
bool fork_begin_child(void);

/* Finds out pid and namespace of a new process, in one thread and with signals blocked. IS_CHILD: the
 * process was forked. It counts as new until fork_end_identify(). */
void fork_identify(bool is_child);
void fork_end_identify(void);

/* Returns whether no handler of fork(2) has run in this child. */
bool fork_bypassed_handlers(void);
