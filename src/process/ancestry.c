/* SPDX-License-Identifier: MIT */
#include "process/ancestry.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/compiler.h"
#include "process/fork-detect.h"
#include "process/parent.h"
#include "process/thread.h"

/* The state of the parent at its last fork. Threads may fork at the same time. */
static HOT_DATA struct {
	_Atomic pid_t forker, forker_tid, session;
	_Atomic pid_t identified; /* the last process that was identified */
	_Atomic unsigned forks;
	_Atomic int64_t fork_boot_ms; /* of the last fork */
	_Atomic int64_t born_boot_ms; /* of the fork that made this process */
	_Atomic bool by_daemon;       /* the parent had become a daemon itself */
	_Atomic bool is_first;        /* the parent had forked no other child */
} ancestry;

/* Without a system call where the record is this process's. */
static pid_t own_tid(void)
{
	const struct thread *thread = fork_is_pending() ? NULL : thread_current();

	return thread ? atomic_load(&thread->tid) : (pid_t)syscall(SYS_gettid);
}

void ancestry_before_fork(bool is_silent_daemon)
{
	const unsigned before = atomic_fetch_add(&ancestry.forks, 1);

	atomic_store(&ancestry.fork_boot_ms, clock_now_ns(CLOCK_BOOTTIME) / NS_PER_MS);
	atomic_store(&ancestry.forker, getpid());
	atomic_store(&ancestry.forker_tid, own_tid());
	atomic_store(&ancestry.session, getsid(0));
	atomic_store(&ancestry.by_daemon, is_silent_daemon);
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
	atomic_store(&ancestry.forker_tid, atomic_load(&ancestry.identified));
	atomic_store(&ancestry.by_daemon, false);
	atomic_store(&ancestry.is_first, false);
}

bool ancestry_in_other_pidns(void)
{
	return getppid() == 0;
}

static bool has_begun_session(void)
{
	const pid_t now = getsid(0); /* 0: one of another pid namespace */

	return now && now != atomic_load(&ancestry.session);
}

/* daemon(3) goes on in a child, which begins a session, and ends the parent; some fork once more after
 * that, and some parents wait for a report on a pipe first. A worker may begin a session too, but its
 * parent stays, and waits for other things. A parent that runs may do either: the first child that it
 * forks, and that begins a session, is believed to be a daemon. */
bool ancestry_is_daemon(void)
{
	const bool first = atomic_load(&ancestry.is_first);
	const bool by_daemon = atomic_load(&ancestry.by_daemon);

	if (by_daemon ? !first : !has_begun_session())
		return false;
	switch (parent_state(atomic_load(&ancestry.forker), atomic_load(&ancestry.forker_tid))) {
	case PARENT_ENDED:
		return true;
	case PARENT_RUNS:
		return first;
	case PARENT_LISTENS:
		return first && !by_daemon;
	default:
		return false;
	}
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
