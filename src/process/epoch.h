/* SPDX-License-Identifier: MIT */
/* epoch: frees memory and descriptors once no thread can be using them any more, without a lock that
 * a fork could leave held.
 *
 * A call that reads shared objects stands between epoch_enter() and epoch_leave(). An object that was
 * taken out of sight is retired, and freed once all calls that were under way then have ended. */
#pragma once

#include <stdatomic.h>
#include <stdint.h>
#ifdef HAVE_SYS_SINGLE_THREADED_H
#include <sys/single_threaded.h>
#endif

#include "base/compiler.h"
#include "process/thread.h"

struct retired {
	struct retired *next;
	uint64_t epoch;
	void (*free)(struct retired *retired);
};

static inline bool epoch_is_alone(void)
{
#ifdef HAVE_SYS_SINGLE_THREADED_H
	return __libc_single_threaded;
#else
	return false;
#endif
}

extern _Atomic uint64_t epoch_now; /* the current epoch */
extern _Atomic(struct retired *) epoch_retirees;

/* Begins a call. Calls nest: the result is the argument of the call's epoch_leave().
 * Async-signal-safe. */
static inline uint64_t epoch_enter(struct thread *thread)
{
	const uint64_t outer = atomic_load_explicit(&thread->epoch, memory_order_relaxed);

	if (UNLIKELY(outer))
		return outer;
	/* The fence keeps later loads behind this store: an object that they find was not retired
	 * before. A single thread needs none, as no other one could retire an object. */
	atomic_store_explicit(&thread->epoch, atomic_load(&epoch_now), memory_order_relaxed);
	if (!epoch_is_alone())
		atomic_thread_fence(memory_order_seq_cst);
	return 0;
}

/* Lets go of what the call has read so far: it holds up nobody who waits for calls under way. */
static inline void epoch_renew(struct thread *thread)
{
	atomic_store(&thread->epoch, atomic_load(&epoch_now));
}

static inline void epoch_leave(struct thread *thread, uint64_t outer)
{
	atomic_store_explicit(&thread->epoch, outer, memory_order_release);
}

/* Has an object freed that no new call can find. RETIRED is a member of the object.
 * Async-signal-safe. */
void epoch_retire(struct retired *retired, void (*free)(struct retired *retired));

/* Forgets, in a child where free(3) may hang, the objects that were retired before the fork. */
void epoch_drop(void);

/* Waits until all calls of other threads that were under way have ended, but no longer than that. What
 * the calling thread has read before may be retired then. */
void epoch_wait(struct thread *thread, unsigned max_ms);

COLD void epoch_collect_all(void);
/* Frees the objects that no call can be using. Not in a signal handler. */
static inline void epoch_collect(void)
{
	if (UNLIKELY(atomic_load_explicit(&epoch_retirees, memory_order_relaxed)))
		epoch_collect_all();
}
