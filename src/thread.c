/* SPDX-License-Identifier: MIT */
#include "thread.h"

#include <pthread.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "epoch.h"
#include "memory.h"
#include "mplog.h"
#include "scope.h"
#include "self.h"

/* The first is most programs' only one: on a page with what else a record writes, so that a fork
 * costs it no page more. */
static struct thread first __attribute__((aligned(CACHE_LINE)));
static _Atomic(struct thread *) threads = &first;
__thread struct thread *thread_self __attribute__((tls_model("initial-exec")));

static pthread_key_t key;
static _Atomic bool have_key;

_Atomic uint64_t epoch_now = 1;
_Atomic(struct retired *) epoch_retirees;

void (*thread_at_end)(struct thread *thread);

/* What the gate of a record points to that is nobody's. */
static const int *no_gate;

/* A thread's gate goes with the thread: nobody may write to it by then. */
static void set_gate_of(struct thread *thread, const int **gate)
{
	self_hold(&thread->pinned_by);
	thread->gate = gate;
	atomic_store(&thread->pinned_by, 0);
}

/* A record that is nobody's, or of a thread that ended without our notice. */
static struct thread *take_used(pid_t tid)
{
	struct thread *thread = atomic_load(&threads);

	for (; thread; thread = thread->next) {
		pid_t owner = atomic_load(&thread->tid);

		if (owner && (atomic_load(&thread->epoch) || !self_has_gone(owner)))
			continue;
		if (atomic_compare_exchange_strong(&thread->tid, &owner, tid))
			return thread;
	}
	return NULL;
}

static struct thread *take_new(pid_t tid)
{
	struct thread *thread = memory_map(sizeof(*thread));

	if (!thread)
		return NULL;
	atomic_store(&thread->tid, tid);
	thread->next = atomic_load(&threads);
	while (!atomic_compare_exchange_weak(&threads, &thread->next, thread))
		;
	return thread;
}

struct thread *thread_take(void)
{
	const pid_t tid = (pid_t)syscall(SYS_gettid);
	struct thread *thread = take_used(tid);

	if (!thread)
		thread = take_new(tid);
	if (!thread)
		return NULL;
	set_gate_of(thread, &mplog_gate_);
	thread->scope = NULL;
	thread->depth = thread->base_depth = 0;
	thread->is_watched = false;
	thread_self = thread;
	return thread;
}

void thread_release(struct thread *thread)
{
	set_gate_of(thread, &no_gate);
	atomic_store(&thread->epoch, 0);
	thread_self = NULL;
	/* Last: no handler points it at a scope's cell again. A cell that nobody opens goes stale. */
	__atomic_store_n(&mplog_gate_, &open_gate, __ATOMIC_SEQ_CST);
	atomic_store(&thread->tid, 0);
}

static void at_end(void *thread)
{
	thread_self = thread;
	if (thread_at_end)
		thread_at_end(thread);
	thread_release(thread);
}

__attribute__((constructor)) static void make_key(void)
{
	atomic_store(&have_key, pthread_key_create(&key, at_end) == 0);
}

void thread_watch_end(struct thread *thread)
{
	if (atomic_load(&have_key))
		thread->is_watched = pthread_setspecific(key, thread) == 0;
}

void thread_forget_others(void)
{
	struct thread *thread = atomic_load(&threads);

	for (; thread; thread = thread->next) {
		thread->spare_slot = NULL; /* it is the parent's */
		atomic_store(&thread->pinned_by, 0);
		if (thread == thread_self) {
			atomic_store(&thread->tid, (pid_t)syscall(SYS_gettid));
			continue;
		}
		thread->gate = &no_gate;
		atomic_store(&thread->epoch, 0);
		atomic_store(&thread->tid, 0);
	}
}

void thread_set_gates(const int *gate)
{
	for (struct thread *thread = atomic_load(&threads); thread; thread = thread->next) {
		self_hold(&thread->pinned_by);
		if (thread->gate)
			__atomic_store_n(thread->gate, gate, __ATOMIC_SEQ_CST);
		atomic_store(&thread->pinned_by, 0);
	}
}

/* ---- Epochs --------------------------------------------------------------------------------- */

void epoch_retire(struct retired *retired, void (*free)(struct retired *retired))
{
	retired->free = free;
	retired->epoch = atomic_fetch_add(&epoch_now, 1);
	retired->next = atomic_load(&epoch_retirees);
	while (!atomic_compare_exchange_weak(&epoch_retirees, &retired->next, retired))
		;
}

static uint64_t oldest_call(void)
{
	uint64_t oldest = UINT64_MAX;

	for (struct thread *thread = atomic_load(&threads); thread; thread = thread->next) {
		const uint64_t epoch = atomic_load(&thread->epoch);

		if (epoch && epoch < oldest)
			oldest = epoch;
	}
	return oldest;
}

void epoch_collect_all(void)
{
	struct retired *list = atomic_exchange(&epoch_retirees, NULL);
	uint64_t oldest;

	oldest = oldest_call();
	while (list) {
		struct retired *next = list->next;

		if (list->epoch < oldest) {
			list->free(list);
		} else {
			list->next = atomic_load(&epoch_retirees);
			while (!atomic_compare_exchange_weak(&epoch_retirees, &list->next, list))
				;
		}
		list = next;
	}
}

void epoch_drop(void)
{
	atomic_store(&epoch_retirees, NULL);
}
