/* SPDX-License-Identifier: MIT */
/* memory: allocation for commands: where there is no memory, the command complains and exits with
 * STATUS_TROUBLE. */
#pragma once

#include <stddef.h>

/* Returns N zeroed items, never NULL. */
void *memory_new(size_t n, size_t size);

/* Returns the array with room for at least N items of that size; *ROOM is how many it has room
 * for. */
void *memory_grow(void *array, size_t n, size_t *room, size_t size);

/* Complains that there is no memory, and exits. */
void memory_exhausted(void) __attribute__((__noreturn__));
