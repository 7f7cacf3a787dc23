/* SPDX-License-Identifier: MIT */
#include "process/lock.h"

#include <errno.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/compiler.h"
#include "process/fork-detect.h"

enum { FORK_WAITS = 10000 }; /* a second in all */

static HOT_DATA _Atomic pid_t lock;

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

void tid_lock(_Atomic pid_t *word)
{
	while (!tid_lock_try(word))
		wait_for_holder();
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

/* While a file is parsed the C library's locks are held: a fork waits for that as for malloc(3), or
 * the child could never parse a file. A signal handler that interrupted the holder cannot wait. */
static bool lock_to_fork(void)
{
	for (int i = 0; i < FORK_WAITS; i++) {
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
}
