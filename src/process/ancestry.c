/* SPDX-License-Identifier: MIT */
#include "process/ancestry.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/compiler.h"

enum { LEAVE_WAITS = 20, NAP_NS = 1000000 };

/* The state of the parent at its last fork. Threads may fork at the same time. */
static HOT_DATA struct {
	_Atomic pid_t forker, session;
	_Atomic pid_t identified; /* the last process that was identified */
	_Atomic unsigned forks;
	_Atomic int64_t fork_boot_ms; /* of the last fork */
	_Atomic int64_t born_boot_ms; /* of the fork that made this process */
	_Atomic bool by_daemon;       /* the parent had become a daemon itself */
	_Atomic bool is_first;        /* the parent had forked no other child */
} ancestry;

void ancestry_before_fork(bool is_daemon_child)
{
	const unsigned before = atomic_fetch_add(&ancestry.forks, 1);

	atomic_store(&ancestry.fork_boot_ms, clock_now_ns(CLOCK_BOOTTIME) / NS_PER_MS);
	atomic_store(&ancestry.forker, getpid());
	atomic_store(&ancestry.session, getsid(0));
	atomic_store(&ancestry.by_daemon, is_daemon_child);
	atomic_store(&ancestry.is_first, before == 0);
}

void ancestry_after_fork(void)
{
	atomic_store(&ancestry.born_boot_ms, atomic_load(&ancestry.fork_boot_ms));
}

void ancestry_bypassed(void)
{
	atomic_store(&ancestry.fork_boot_ms, clock_now_ns(CLOCK_BOOTTIME) / NS_PER_MS);
	atomic_store(&ancestry.forker, atomic_load(&ancestry.identified));
	atomic_store(&ancestry.by_daemon, false);
	atomic_store(&ancestry.is_first, false);
}

bool ancestry_in_other_pidns(void)
{
	return getppid() == 0;
}

/* Where a daemon forks itself into the background its parent ends: but it may not have done so yet. */
static bool is_left_alone(void)
{
	const struct timespec nap = { .tv_nsec = NAP_NS };

	for (int i = 0; i < LEAVE_WAITS && !ancestry_in_other_pidns(); i++) {
		if (getppid() != atomic_load(&ancestry.forker))
			return true;
		(void)nanosleep(&nap, NULL);
	}
	return false;
}

static bool has_begun_session(void)
{
	const pid_t now = getsid(0); /* 0: one of another pid namespace */

	return now && now != atomic_load(&ancestry.session);
}

/* daemon(3) goes on in a child, which begins a session; some fork once more after that. A worker may
 * begin a session too: but rarely the first one, and its parent stays. Some parents of a daemon stay
 * as well, until it is ready: the first child is believed without. */
bool ancestry_is_daemon(void)
{
	const bool first = atomic_load(&ancestry.is_first);

	if (atomic_load(&ancestry.by_daemon))
		return first && is_left_alone();
	return has_begun_session() && (first || is_left_alone());
}

int64_t ancestry_born_boot_ms(void)
{
	return atomic_load(&ancestry.born_boot_ms);
}

pid_t ancestry_forker(void)
{
	return atomic_load(&ancestry.forker);
}

unsigned ancestry_forks(void)
{
	return atomic_load(&ancestry.forks);
}

void ancestry_reset(pid_t pid)
{
	atomic_store(&ancestry.identified, pid);
	atomic_store(&ancestry.session, getsid(0));
	atomic_store(&ancestry.forks, 0);
}

/* For Linux before 5.3, which has no pidfd_open(2). kill(2) finds zombies too; waitid(2) tells those
 * of our own children apart. */
static bool is_found_by_kill(pid_t pid)
{
	siginfo_t info = { .si_pid = 0 };

	if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid)
		return false;
	return kill(pid, 0) == 0 || errno == EPERM;
}

bool process_is_alive(pid_t pid)
{
	AUTO_CLOSE int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd ended = { .fd = fd, .events = POLLIN };

	if (pid <= 0)
		return false;
	if (fd < 0)
		return errno != ESRCH && is_found_by_kill(pid);
	return poll(&ended, 1, 0) == 0; /* a pidfd is readable once its process has ended */
}
