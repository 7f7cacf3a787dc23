/* SPDX-License-Identifier: MIT */
/* thread: what the library keeps for each thread that logs. Records are never given back to the
 * kernel, only reused, so that a list of them can be walked without a lock. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "board.h"
#include "hot.h"

struct scope;

struct thread {
	struct thread *next;
	_Atomic pid_t tid;      /* 0: nobody's */
	_Atomic uint64_t epoch; /* of the call that it is in; 0: none */
	bool is_watched;        /* its end will be noticed */

	_Atomic pid_t pinned_by; /* who is using gate, or changing it */
	const int **gate;        /* its mplog_gate_ */
	struct scope *scope;     /* the innermost that it entered; NULL: the process's */
	unsigned depth;          /* of that scope */
	unsigned base_depth;     /* what was there when its process was forked is not left */

	struct slot *spare_slot;      /* of the scope left last, for the next one */
	uint32_t spare_board;         /* whose it is */
	char name[PROCESS_NAME_SIZE]; /* what mplog_process() returned */
};

extern __thread struct thread *thread_self __attribute__((tls_model("initial-exec")));

/* NULL where the thread has none yet. */
static inline struct thread *thread_peek(void)
{
	return thread_self;
}

COLD struct thread *thread_take(void);

/* The calling thread's record, or NULL where there is no memory for one. Async-signal-safe. */
static inline struct thread *thread_get(void)
{
	return LIKELY(thread_self) ? thread_self : thread_take();
}

/* Has thread_end() called when the thread ends. Not in a signal handler. */
COLD void thread_watch_end(struct thread *thread);

static inline void thread_watch(struct thread *thread)
{
	if (UNLIKELY(!thread->is_watched))
		thread_watch_end(thread);
}

/* Gives the record back: for one that was taken in a signal handler, and at the thread's end. */
COLD void thread_release(struct thread *thread);

/* In a new child: only the calling thread is there. */
void thread_forget_others(void);

/* Sets the gate of every thread. Not in a signal handler. */
void thread_set_gates(const int *gate);

/* Set by api.c: leaves what the thread entered. */
extern void (*thread_at_end)(struct thread *thread);
