/* SPDX-License-Identifier: MIT */
#include "base/pages.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "base/compiler.h"

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 8u /* Linux 6.3 */
#endif

enum { KEPT_MAX = 8, RESERVE_MAX = 3 };

/* The first configuration takes no memory of the kernel: there is always one. */
static char first_page[PAGES_KEPT_SIZE] __attribute__((aligned(PAGES_KEPT_SIZE)));

/* A page is taken and put by one exchange: no signal handler and no fork sees half of that. */
static HOT_DATA _Atomic(void *) kept[KEPT_MAX] = { first_page };

static struct {
	atomic_bool is_all;              /* the kernel is asked for nothing */
	_Atomic(void *) at[RESERVE_MAX]; /* of PAGES_RESERVE_SIZE, untouched until it is used */
} reserve;

static void *take_page(void)
{
	for (int i = 0; i < KEPT_MAX; i++) {
		void *page = atomic_load_explicit(&kept[i], memory_order_relaxed);

		if (page && (page = atomic_exchange(&kept[i], NULL)))
			return memset(page, 0, PAGES_KEPT_SIZE);
	}
	return NULL;
}

static bool keep_page(void *page)
{
	for (int i = 0; i < KEPT_MAX; i++) {
		void *none = NULL;

		if (!atomic_load_explicit(&kept[i], memory_order_relaxed) &&
		    atomic_compare_exchange_strong(&kept[i], &none, page))
			return true;
	}
	return false;
}

static void *map_pages(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

static COLD void *take_reserve(size_t size)
{
	for (int i = 0; i < RESERVE_MAX && size <= PAGES_RESERVE_SIZE; i++) {
		void *memory = atomic_exchange(&reserve.at[i], NULL);

		if (memory)
			return memset(memory, 0, size);
	}
	return NULL;
}

/* What was mapped before the reserve was taken is not given back: that would be a system call. */
static COLD void put_reserve(void *memory, size_t size)
{
	for (int i = 0; i < RESERVE_MAX && size > PAGES_KEPT_SIZE; i++) {
		void *none = NULL;

		if (atomic_compare_exchange_strong(&reserve.at[i], &none, memory))
			return;
	}
}

void *pages_get(size_t size)
{
	void *memory = size <= PAGES_KEPT_SIZE ? take_page() : NULL;

	if (memory)
		return memory;
	if (atomic_load_explicit(&reserve.is_all, memory_order_relaxed))
		return size <= PAGES_KEPT_SIZE ? NULL : take_reserve(size);
	return map_pages(size);
}

void pages_put(void *memory, size_t size)
{
	if ((size <= PAGES_KEPT_SIZE && keep_page(memory)) || memory == first_page)
		return;
	if (atomic_load_explicit(&reserve.is_all, memory_order_relaxed))
		put_reserve(memory, size);
	else
		(void)munmap(memory, size);
}

static bool reserve_page(void)
{
	void *page = map_pages(PAGES_KEPT_SIZE);

	if (page && !keep_page(page))
		(void)munmap(page, PAGES_KEPT_SIZE);
	return page;
}

static bool reserve_large(_Atomic(void *) *at)
{
	void *none = NULL;
	void *memory = atomic_load(at) ? NULL : map_pages(PAGES_RESERVE_SIZE);

	if (memory && !atomic_compare_exchange_strong(at, &none, memory))
		(void)munmap(memory, PAGES_RESERVE_SIZE);
	return atomic_load(at);
}

int pages_reserve(void)
{
	for (int i = 0; i < KEPT_MAX; i++) {
		if (!reserve_page())
			return -ENOMEM;
	}
	for (int i = 0; i < RESERVE_MAX; i++) {
		if (!reserve_large(&reserve.at[i]))
			return -ENOMEM;
	}
	atomic_store(&reserve.is_all, true);
	return 0;
}

void pages_release_reserve(void)
{
	if (atomic_load(&reserve.is_all))
		atomic_store(&reserve.is_all, false);
}

/* RLIMIT_FSIZE holds for memory files too: a write beyond the limit raises SIGXFSZ. */
static bool is_over_limit(size_t size)
{
	struct rlimit limit;

	return getrlimit(RLIMIT_FSIZE, &limit) == 0 && size > limit.rlim_cur;
}

int memfd_new(const char *name, size_t size)
{
	int fd;

	if (is_over_limit(size))
		return -EFBIG;
	/* Required where vm.memfd_noexec is 2, and refused before Linux 6.3. */
	fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL);
	if (fd < 0 && errno == EINVAL)
		fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	return fd < 0 ? -errno : fd;
}
