/* SPDX-License-Identifier: MIT */
#include "self.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum {
	PAGE_SIZE = 4096,
	FORK_WAITS = 10000, /* a second in all */
};

struct self_page self_no_page;
_Atomic(struct self_page *) self_page = &self_no_page;

static pid_t own_pid;
static sigset_t all_signals; /* made by the program: in each child it would take a page fault */
static bool foreign, raw_child;
static bool may_parse = true;

static _Atomic pid_t lock, settling;

/* How many forks of this thread are under way since it took the lock for the first of them: a
 * signal handler may fork amid a fork. And whether the child may parse. */
static __thread unsigned forks_with_lock __attribute__((tls_model("initial-exec")));
static __thread bool child_may_parse __attribute__((tls_model("initial-exec")));

bool self_is_other_than(pid_t pid)
{
	return pid != getpid();
}

pid_t self_pid(void)
{
	return own_pid ? own_pid : getpid(); /* the tool logs without having been settled */
}

bool self_is_foreign(void)
{
	return foreign;
}

bool self_is_raw_child(void)
{
	return raw_child;
}

bool self_may_parse(void)
{
	return may_parse;
}

/* ---- What one thread at a time holds ------------------------------------------------------- */

/* In a child that has not found out yet, and was made past all fork handlers, there is nobody but
 * its own threads. */
static bool is_unseen(void)
{
	const struct self_page *p = atomic_load(&self_page);

	return p != &self_no_page && !atomic_load(&p->pid) && !atomic_load(&p->born);
}

bool self_has_gone(pid_t tid)
{
	const bool unseen = is_unseen();
	const long r = unseen ? syscall(SYS_tgkill, getpid(), tid, 0) : syscall(SYS_tkill, tid, 0);

	return r < 0 && errno == ESRCH;
}

static pid_t own_tid(void)
{
	return (pid_t)syscall(SYS_gettid);
}

bool self_try_hold(_Atomic pid_t *word)
{
	const pid_t tid = own_tid();
	pid_t holder = 0;

	if (atomic_compare_exchange_strong(word, &holder, tid))
		return true;
	return self_has_gone(holder) && atomic_compare_exchange_strong(word, &holder, tid);
}

/* Sleeping gives way even where the holder has a lower real-time priority. */
static void wait_a_little(void)
{
	const struct timespec little = { .tv_nsec = 100000 };

	(void)nanosleep(&little, NULL);
}

void self_hold(_Atomic pid_t *word)
{
	while (!self_try_hold(word))
		wait_a_little();
}

bool self_try_lock(void)
{
	return self_try_hold(&lock);
}

void self_lock(void)
{
	self_hold(&lock);
}

void self_unlock(void)
{
	atomic_store(&lock, 0);
}

/* ---- Fork ----------------------------------------------------------------------------------- */

/* While a file is parsed the C library's locks are held: a fork waits for that as it does for
 * malloc(3), or the child could never parse one. Not where it is a signal handler that forks, and
 * interrupted who has the lock. */
static bool lock_to_fork(void)
{
	for (int i = 0; i < FORK_WAITS; i++) {
		if (self_try_lock())
			return true;
		if (atomic_load(&lock) == own_tid())
			return false;
		wait_a_little();
	}
	return false;
}

void self_before_fork(void)
{
	const bool is_new = self_is_new();

	if (forks_with_lock)
		forks_with_lock++;
	else if (!is_new && lock_to_fork())
		forks_with_lock = 1;
	child_may_parse = may_parse && (is_new || forks_with_lock);
}

void self_after_fork(void)
{
	if (forks_with_lock && --forks_with_lock == 0)
		self_unlock();
}

static bool is_known_here(const struct self_page *p)
{
	const pid_t pid = atomic_load(&p->pid);

	return pid && (p != &self_no_page || pid == getpid());
}

static bool begin_child(void)
{
	struct self_page *p = atomic_load(&self_page);
	bool is_known;

	/* Written before it is read: one page fault, not two. */
	atomic_store(&p->born, getpid());
	is_known = is_known_here(p); /* a signal handler was faster */
	may_parse = child_may_parse;
	forks_with_lock = 0;
	raw_child = false;
	if (is_known)
		return false;
	self_unlock();
	atomic_store(&settling, 0);
	atomic_store(&p->pid, 0);
	return true;
}

/* A signal handler that logs finds the child either not begun, as if no handler of fork(2) had seen
 * it, or ready to find out who it is. */
void self_begin_child(void (*adopt)(void))
{
	sigset_t before;

	(void)pthread_sigmask(SIG_SETMASK, &all_signals, &before);
	if (begin_child())
		adopt();
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void make_page(void)
{
	void *fresh =
		mmap(NULL, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (fresh == MAP_FAILED)
		return;
	if (madvise(fresh, PAGE_SIZE, MADV_WIPEONFORK) == 0)
		atomic_store(&self_page, fresh);
	else
		(void)munmap(fresh, PAGE_SIZE);
}

__attribute__((constructor)) static void begin(void)
{
	make_page();
	(void)sigfillset(&all_signals);
	atomic_store(&atomic_load(&self_page)->born, getpid());
}

/* ---- Finding out ---------------------------------------------------------------------------- */

static void settle(bool child, void (*find_out)(void))
{
	struct self_page *p = atomic_load(&self_page);
	const pid_t born = atomic_load(&p->born);

	raw_child = child && (!born || (p == &self_no_page && born != getpid()));
	may_parse &= !raw_child;
	if (raw_child)
		self_unlock(); /* it was held by a thread of the parent */
	/* In the child of a vfork(2) this memory is its parent's, and so is what is found out. */
	own_pid = born && p != &self_no_page ? born : getpid();
	foreign |= child && getppid() == 0;
	find_out();
	atomic_store_explicit(&p->pid, own_pid, memory_order_release);
}

void self_find_out(bool child, void (*find_out)(void))
{
	sigset_t before;

	(void)pthread_sigmask(SIG_SETMASK, &all_signals, &before);
	while (self_is_new()) {
		self_hold(&settling);
		if (self_is_new())
			settle(child, find_out);
		atomic_store(&settling, 0);
	}
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
}
