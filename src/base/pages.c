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

enum { KEPT_MAX = 8 };

/* A page is taken and put by one exchange: no signal handler and no fork sees half of that. */
static HOT_DATA _Atomic(void *) kept[KEPT_MAX];

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

void *pages_get(size_t size)
{
	void *memory = size <= PAGES_KEPT_SIZE ? take_page() : NULL;

	if (memory)
		return memory;
	memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return memory == MAP_FAILED ? NULL : memory;
}

void pages_put(void *memory, size_t size)
{
	if (size > PAGES_KEPT_SIZE || !keep_page(memory))
		(void)munmap(memory, size);
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
