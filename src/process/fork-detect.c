/* SPDX-License-Identifier: MIT */
#include "process/fork-detect.h"

#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PAGE_SIZE = 4096 };

struct fork_page fork_no_page;
_Atomic(struct fork_page *) fork_page = &fork_no_page;

static HOT_DATA struct {
	pid_t pid; /* 0: never identified */
	bool is_foreign, is_raw_child;
	bool may_not_parse;
	sigset_t all_signals; /* filled by the program: filling it takes a page fault in a child */
} self;

static __thread bool child_may_parse __attribute__((tls_model("initial-exec")));

bool fork_pid_differs(pid_t pid)
{
	return pid != getpid();
}

pid_t getpid_cached(void)
{
	return self.pid ? self.pid : getpid(); /* the tool is never identified */
}

bool fork_in_other_pidns(void)
{
	return self.is_foreign;
}

bool fork_bypassed_handlers(void)
{
	return self.is_raw_child;
}

bool fork_malloc_is_safe(void)
{
	return !self.may_not_parse;
}

bool fork_is_unseen(void)
{
	const struct fork_page *page = atomic_load(&fork_page);

	return page != &fork_no_page && !atomic_load(&page->pid) && !atomic_load(&page->born);
}

/* Returns a page that the kernel promises to wipe, or NULL. */
static void *new_wiped_page(int sharing)
{
	void *page = mmap(NULL, PAGE_SIZE, PROT_READ | PROT_WRITE, sharing | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED)
		return NULL;
	if (madvise(page, PAGE_SIZE, MADV_WIPEONFORK) == 0)
		return page;
	(void)munmap(page, PAGE_SIZE);
	return NULL;
}

/* Emulators and sandboxes may answer 0 to madvise(2) without doing anything: seen in qemu-user. Linux
 * never wipes a shared page, so such a promise shows that the other one is not to be believed. */
static void make_page(void)
{
	void *page = new_wiped_page(MAP_PRIVATE);
	void *impossible = page ? new_wiped_page(MAP_SHARED) : NULL;

	if (impossible) {
		(void)munmap(impossible, PAGE_SIZE);
		(void)munmap(page, PAGE_SIZE);
	} else if (page) {
		atomic_store(&fork_page, page);
	}
}

void fork_detect_init(void)
{
	make_page();
	(void)sigfillset(&self.all_signals);
	atomic_store(&atomic_load(&fork_page)->born, getpid());
}

void fork_block_signals(sigset_t *ret_before)
{
	(void)pthread_sigmask(SIG_SETMASK, &self.all_signals, ret_before);
}

void fork_prepare(bool may_parse)
{
	child_may_parse = may_parse && fork_malloc_is_safe();
}

bool fork_begin_child(void)
{
	const pid_t pid = getpid();
	struct fork_page *page = atomic_load(&fork_page);
	/* A page that is written before it is read takes one page fault, not two. */
	const pid_t born = atomic_exchange(&page->born, pid);
	bool was_identified;

	if (born && page != &fork_no_page) { /* the kernel has not wiped it */
		page = &fork_no_page;
		atomic_store(&page->born, pid);
		atomic_store(&fork_page, page);
	}
	was_identified = atomic_load(&page->pid) == pid;
	self.may_not_parse = !child_may_parse;
	self.is_raw_child = false;
	if (!was_identified)
		atomic_store(&page->pid, 0);
	return !was_identified;
}

void fork_identify(bool is_child)
{
	const struct fork_page *page = atomic_load(&fork_page);
	const pid_t born = atomic_load(&page->born);

	self.is_raw_child = is_child && (!born || (page == &fork_no_page && born != getpid()));
	self.may_not_parse |= self.is_raw_child;
	/* The child of a vfork(2) has its parent's memory, and keeps its parent's pid there. */
	self.pid = born && page != &fork_no_page ? born : getpid();
	self.is_foreign |= is_child && getppid() == 0;
}

void fork_end_identify(void)
{
	atomic_store_explicit(&atomic_load(&fork_page)->pid, self.pid, memory_order_release);
}
