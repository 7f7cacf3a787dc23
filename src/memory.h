/* SPDX-License-Identifier: MIT */
/* memory: whole pages straight from the kernel, and files of them. The child of a threaded program
 * and a signal handler may use it; malloc(3) they may not. A few single pages are kept for the next
 * one who needs one: scopes come and go. */
#pragma once

#include <stddef.h>

enum { MEMORY_KEPT_SIZE = 4096 }; /* what is larger is not kept */

/* Zeroed, or NULL. */
void *memory_map(size_t size);
void memory_unmap(void *memory, size_t size);

/* An empty file in memory that will have that size, to be sealed and never executed. Returns a
 * descriptor, or -EFBIG where files may not be so large, or another negative errno. */
int memory_file(const char *name, size_t size);
