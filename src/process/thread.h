/* SPDX-License-Identifier: MIT */
/* thread: the record of each thread that logs, and its gate. Records are never given back to the
 * kernel, only reused, so that their list can be walked without a lock. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/compiler.h"
#include "base/name.h"

struct scope;
struct slot;

struct thread {
	struct thread *next;
	_Atomic pid_t tid;      /* 0: the record is free */
	_Atomic uint64_t epoch; /* of the call that the thread is in; 0: none */
	bool has_exit_hook;     /* the end of the thread will be noticed */
	int *errno_at; /* the thread's errno: asking libc for it takes a page fault in a child */

	_Atomic pid_t gate_lock;  /* the tid of a thread that uses or changes the gate */
	const int **gate;         /* the thread's mplog_gate_ */
	struct scope *scope;      /* the innermost that was entered; NULL: the process's */
	unsigned depth;           /* of that scope */
	unsigned inherited_depth; /* scopes up to this one came by fork(2) and cannot be left */

	char *own_stack; /* the one of stack_run() that the thread is on; or NULL */

	struct slot *spare_slot;      /* of the scope left last, for the next one */
	uint32_t spare_board;         /* the board of that slot */
	char name[PROCESS_NAME_SIZE]; /* the result of mplog_process() */
};

extern __thread struct thread *thread_self __attribute__((tls_model("initial-exec")));

/* Passes every level to mplog_emit(), which applies the real one. */
extern const int open_gate;

/* Has ON_EXIT called in each thread that ends, before its record is given back. Called once, at the
 * program's start. */
void thread_init(void (*on_exit)(struct thread *thread));

/* Returns the calling thread's record, or NULL where the thread has none yet. */
static inline struct thread *thread_current(void)
{
	return thread_self;
}

COLD struct thread *thread_take(void);

/* Returns the calling thread's record, or NULL where there is no memory for one. Async-signal-safe. */
static inline struct thread *thread_get(void)
{
	return LIKELY(thread_self) ? thread_self : thread_take();
}

/* Has the end of the thread noticed. Not in a signal handler. */
COLD void thread_set_exit_hook(struct thread *thread);

static inline void thread_ensure_exit_hook(struct thread *thread)
{
	if (UNLIKELY(!thread->has_exit_hook))
		thread_set_exit_hook(thread);
}

/* Gives the record back: at the thread's end, or where a signal handler took the record. */
COLD void thread_release(struct thread *thread);

/* Forgets, in a child, all threads but the calling one, and opens that thread's gate.
 * Async-signal-safe. */
void thread_after_fork(void);

/* Opens the gate of every thread, so that its next call reads what has changed. Not in a signal
 * handler. */
void thread_open_gates(void);

/* Returns the oldest epoch of the calls that are under way, or UINT64_MAX. */
uint64_t thread_oldest_epoch(void);
