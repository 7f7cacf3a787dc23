/* SPDX-License-Identifier: MIT */
/* pages: whole pages from the kernel, and files in memory. Async-signal-safe, as the child of a
 * threaded program may not call malloc(3). A few single pages are kept for the next scopes. */
#pragma once

#include <stddef.h>

enum { PAGES_KEPT_SIZE = 4096 }; /* larger memory is not kept */

/* Returns zeroed memory, or NULL. */
void *pages_get(size_t size);
void pages_put(void *memory, size_t size);

/* Takes all memory that will ever be needed: from now on pages_get() makes no system call, and returns
 * NULL where nothing is left or more than PAGES_RESERVE_SIZE is asked for. Returns 0 or -ENOMEM. */
enum { PAGES_RESERVE_SIZE = 256 * 1024 };
int pages_reserve(void);

/* Lets pages_get() ask the kernel again. Async-signal-safe. */
void pages_release_reserve(void);

/* Makes an empty file in memory that will have that size, to be sealed and never executed. Returns
 * its descriptor, or a negative errno: -EFBIG where the process may not have files of that size. */
int memfd_new(const char *name, size_t size);
