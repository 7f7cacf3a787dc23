/* SPDX-License-Identifier: MIT */
/* memory: whole pages straight from the kernel. The child of a threaded program and a signal
 * handler may use it; malloc(3) they may not. A few single pages are kept for the next one who
 * needs one: scopes come and go. */
#pragma once

#include <stddef.h>

/* Zeroed, or NULL. */
void *memory_map(size_t size);
void memory_unmap(void *memory, size_t size);
