/* SPDX-License-Identifier: MIT */
#include "process/lock.h"

#include <errno.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/compiler.h"
#include "process/fork-detect.h"

enum { WAITS_MAX = 10000 }; /* a second in all */

static HOT_DATA _Atomic pid_t lock;
static _Atomic pid_t turn;

/* The number of forks under way since this thread took the lock for the first of them: a signal
 * handler may fork during a fork. */
static __thread unsigned forks_with_lock __attribute__((tls_model("initial-exec")));

bool tid_is_gone(pid_t tid)
{
	const long r = fork_is_unseen() ? syscall(SYS_tgkill, getpid(), tid, 0)
					: syscall(SYS_tkill, tid, 0);

	return r < 0 && errno == ESRCH;
}

static pid_t own_tid(void)
{
	return (pid_t)syscall(SYS_gettid);
}

bool tid_lock_try(_Atomic pid_t *word)
{
	const pid_t tid = own_tid();
	pid_t holder = 0;

	if (atomic_compare_exchange_strong(word, &holder, tid))
		return true;
	return tid_is_gone(holder) && atomic_compare_exchange_strong(word, &holder, tid);
}

/* Sleeps, as a yield would not let a holder of lower real-time priority run. */
static void wait_for_holder(void)
{
	const struct timespec nap = { .tv_nsec = 100000 };

	(void)nanosleep(&nap, NULL);
}

/* A holder outside of this process is a thread of our parent: either the memory is shared, after
 * vfork(2), or it is a copy in which the lock stays held for ever. */
static bool is_elsewhere(pid_t holder)
{
	return syscall(SYS_tgkill, getpid(), holder, 0) < 0 && errno == ESRCH;
}

void tid_lock(_Atomic pid_t *word)
{
	for (int i = 0; !tid_lock_try(word); i++) {
		pid_t holder = atomic_load(word);

		if (i >= WAITS_MAX && is_elsewhere(holder) &&
		    atomic_compare_exchange_strong(word, &holder, own_tid()))
			return;
		wait_for_holder();
	}
}

bool global_trylock(void)
{
	return tid_lock_try(&lock);
}

void global_lock(void)
{
	tid_lock(&lock);
}

void global_unlock(void)
{
	atomic_store(&lock, 0);
}

bool global_turn_try(void)
{
	return tid_lock_try(&turn);
}

void global_turn_end(void)
{
	atomic_store(&turn, 0);
}

/* While a file is parsed the C library's locks are held: a fork waits for that as for malloc(3), or
 * the child could never parse a file. A signal handler that interrupted the holder cannot wait. */
static bool lock_to_fork(void)
{
	for (int i = 0; i < WAITS_MAX; i++) {
		if (global_trylock())
			return true;
		if (atomic_load(&lock) == own_tid())
			return false;
		wait_for_holder();
	}
	return false;
}

bool global_lock_before_fork(bool is_new)
{
	if (forks_with_lock > 0 || (!is_new && lock_to_fork()))
		forks_with_lock++;
	return is_new || forks_with_lock > 0;
}

void global_unlock_after_fork(void)
{
	if (forks_with_lock > 0 && --forks_with_lock == 0)
		global_unlock();
}

void lock_after_fork(void)
{
	forks_with_lock = 0;
	global_unlock();
	global_turn_end();
}
