/* SPDX-License-Identifier: MIT */
#include "process/thread.h"

#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/pages.h"
#include "mplog.h"
#include "process/lock.h"

/* Most programs need no other record. */
static HOT_DATA struct thread first __attribute__((aligned(CACHE_LINE)));
static HOT_DATA _Atomic(struct thread *) threads = &first;
__thread struct thread *thread_self __attribute__((tls_model("initial-exec")));

__thread const int *mplog_gate_ __attribute__((tls_model("initial-exec"))) = &open_gate;
const int open_gate = MPLOG_DEBUG;

static struct {
	pthread_key_t key;
	_Atomic bool has_key;
	void (*call)(struct thread *thread);
} exit_hook;

/* What the gate of a free record points to. */
static const int *no_gate;

/* The gate itself ends with its thread: by then no other thread may find it. */
static void set_gate_of(struct thread *thread, const int **gate)
{
	tid_lock(&thread->gate_lock);
	thread->gate = gate;
	atomic_store(&thread->gate_lock, 0);
}

/* Takes a free record, or one of a thread whose end was not noticed. */
static struct thread *take_used(pid_t tid)
{
	struct thread *thread = atomic_load(&threads);

	for (; thread; thread = thread->next) {
		pid_t owner = atomic_load(&thread->tid);

		if (owner && (atomic_load(&thread->epoch) || !tid_is_gone(owner)))
			continue;
		if (atomic_compare_exchange_strong(&thread->tid, &owner, tid))
			return thread;
	}
	return NULL;
}

static struct thread *take_new(pid_t tid)
{
	struct thread *thread = pages_get(sizeof(*thread));

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
	thread->depth = thread->inherited_depth = 0;
	thread->has_exit_hook = false;
	thread->errno_at = &errno;
	thread_self = thread;
	return thread;
}

void thread_release(struct thread *thread)
{
	set_gate_of(thread, &no_gate);
	atomic_store(&thread->epoch, 0);
	thread_self = NULL;
	/* Last, so that no signal handler points the gate at a scope's cell again. */
	__atomic_store_n(&mplog_gate_, &open_gate, __ATOMIC_SEQ_CST);
	atomic_store(&thread->tid, 0);
}

static void end_thread(void *thread)
{
	thread_self = thread;
	if (exit_hook.call)
		exit_hook.call(thread);
	thread_release(thread);
}

void thread_init(void (*on_exit)(struct thread *thread))
{
	exit_hook.call = on_exit;
	atomic_store(&exit_hook.has_key, pthread_key_create(&exit_hook.key, end_thread) == 0);
}

void thread_set_exit_hook(struct thread *thread)
{
	if (atomic_load(&exit_hook.has_key))
		thread->has_exit_hook = pthread_setspecific(exit_hook.key, thread) == 0;
}

void thread_after_fork(void)
{
	struct thread *thread = atomic_load(&threads);

	for (; thread; thread = thread->next) {
		thread->spare_slot = NULL; /* the slot is the parent's */
		atomic_store(&thread->gate_lock, 0);
		if (thread == thread_self) {
			atomic_store(&thread->tid, (pid_t)syscall(SYS_gettid));
			continue;
		}
		thread->gate = &no_gate;
		atomic_store(&thread->epoch, 0);
		atomic_store(&thread->tid, 0);
	}
	mplog_gate_ = &open_gate;
}

void thread_open_gates(void)
{
	for (struct thread *thread = atomic_load(&threads); thread; thread = thread->next) {
		tid_lock(&thread->gate_lock);
		if (thread->gate)
			__atomic_store_n(thread->gate, &open_gate, __ATOMIC_SEQ_CST);
		atomic_store(&thread->gate_lock, 0);
	}
}

uint64_t thread_oldest_epoch(void)
{
	uint64_t oldest = UINT64_MAX;

	for (struct thread *thread = atomic_load(&threads); thread; thread = thread->next) {
		const uint64_t epoch = atomic_load(&thread->epoch);

		if (epoch && epoch < oldest)
			oldest = epoch;
	}
	return oldest;
}
