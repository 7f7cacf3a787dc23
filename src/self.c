/* SPDX-License-Identifier: MIT */
#include "self.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

/* In a page of its own that reads zero in every child, however it was forked: a fork is noticed
 * for the price of a load, where getpid(2) is a system call. */
struct page {
	_Atomic pid_t pid; /* 0: who we are is still to be found out */
	_Atomic bool forgotten;
};

enum { PAGE_SIZE = 4096 };

static struct page no_page; /* where the kernel cannot wipe: then getpid(2) it is */
static _Atomic(struct page *) page = &no_page;

static pid_t own_pid;
static bool foreign, raw_child;

/* Both hold the pid of whose they are: what a fork leaves behind is nobody's. */
static _Atomic pid_t lock, settling;

bool self_is_new(void)
{
	const struct page *p = atomic_load_explicit(&page, memory_order_relaxed);
	const pid_t pid = atomic_load_explicit(&p->pid, memory_order_acquire);

	return !pid || (p == &no_page && pid != getpid());
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

/* ---- The lock ------------------------------------------------------------------------------- */

static bool take_word(_Atomic pid_t *word, pid_t pid)
{
	pid_t holder = atomic_load(word);

	return holder != pid && atomic_compare_exchange_strong(word, &holder, pid);
}

/* Sleeping gives way even where the holder has a lower real-time priority. */
static void wait_a_little(void)
{
	const struct timespec little = { .tv_nsec = 100000 };

	(void)nanosleep(&little, NULL);
}

bool self_try_lock(void)
{
	return take_word(&lock, own_pid);
}

void self_lock(void)
{
	while (!self_try_lock())
		wait_a_little();
}

void self_unlock(void)
{
	atomic_store(&lock, 0);
}

/* ---- Finding out ---------------------------------------------------------------------------- */

void self_forget(void)
{
	struct page *p = atomic_load(&page);

	atomic_store(&p->pid, 0);
	atomic_store(&p->forgotten, true);
}

bool self_is_forgotten(void)
{
	return atomic_load(&atomic_load(&page)->forgotten);
}

static void make_page(void)
{
	void *fresh =
		mmap(NULL, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (fresh == MAP_FAILED)
		return;
	if (madvise(fresh, PAGE_SIZE, MADV_WIPEONFORK) == 0)
		atomic_store(&page, fresh);
	else
		(void)munmap(fresh, PAGE_SIZE);
}

static void settle(bool child, void (*find_out)(void))
{
	own_pid = getpid();
	foreign |= child && getppid() == 0;
	raw_child = child && !self_is_forgotten();
	find_out();
	if (atomic_load(&page) == &no_page)
		make_page();
	atomic_store(&atomic_load(&page)->forgotten, false);
	atomic_store_explicit(&atomic_load(&page)->pid, own_pid, memory_order_release);
}

void self_find_out(bool child, void (*find_out)(void))
{
	const pid_t pid = getpid();
	sigset_t all, before;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	while (self_is_new()) {
		if (!take_word(&settling, pid)) {
			wait_a_little();
			continue;
		}
		if (self_is_new())
			settle(child, find_out);
		atomic_store(&settling, 0);
	}
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
}
