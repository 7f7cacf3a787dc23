/* SPDX-License-Identifier: MIT */
/* memory: whole pages straight from the kernel, and files of them. Async-signal-safe: the child of a
 * threaded program may not call malloc(3). A few single pages are kept for the next call: scopes
 * come and go. */
#pragma once

#include <stddef.h>

enum { PAGES_KEPT_SIZE = 4096 }; /* what is larger is not kept */

/* Returns zeroed memory, or NULL. */
void *pages_get(size_t size);
void pages_put(void *memory, size_t size);

/* Makes an empty file in memory that will have that size, to be sealed and never executed. Returns a
 * descriptor, or -EFBIG where files may not be so large, or another negative errno. */
int memfd_new(const char *name, size_t size);
