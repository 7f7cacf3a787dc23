/* SPDX-License-Identifier: MIT */
#include "lineage.h"

#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

enum { LEAVE_WAITS = 20, NAP_NS = 1000000 };

/* As the parent saw itself when it forked, or last before. Threads may fork at the same time. */
static _Atomic pid_t forker, session;
static _Atomic pid_t settled; /* who knew last who it is */
static _Atomic unsigned forks;
static _Atomic bool halfway; /* the parent may have been the first of a double fork */

void lineage_note_fork(bool goes_on)
{
	const unsigned before = atomic_fetch_add(&forks, 1);

	atomic_store(&forker, getpid());
	atomic_store(&session, getsid(0));
	atomic_store(&halfway, goes_on && before == 0);
}

void lineage_note_raw(void)
{
	atomic_store(&forker, atomic_load(&settled));
	atomic_store(&halfway, false);
}

/* Between the forks of a daemon the parent ends at once: but it may not have done so yet. */
static bool is_left_alone(void)
{
	const struct timespec nap = { .tv_nsec = NAP_NS };

	for (int i = 0; i < LEAVE_WAITS; i++) {
		if (getppid() != atomic_load(&forker))
			return true;
		(void)nanosleep(&nap, NULL);
	}
	return false;
}

/* daemon(3) goes on in a child, which begins a session; some fork once more after that. */
bool lineage_is_daemon(void)
{
	return getsid(0) != atomic_load(&session) || (atomic_load(&halfway) && is_left_alone());
}

pid_t lineage_forker(void)
{
	return atomic_load(&forker);
}

unsigned lineage_forks(void)
{
	return atomic_load(&forks);
}

void lineage_begin(pid_t pid)
{
	atomic_store(&settled, pid);
	atomic_store(&session, getsid(0));
	atomic_store(&forks, 0);
}
