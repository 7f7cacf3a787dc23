/* SPDX-License-Identifier: MIT */
/* place: the memory where the ring of a slot lies. Async-signal-safe. */
#pragma once

#include <stddef.h>

#include "blackbox/layout.h"
#include "board/layout.h"

/* Maps the place of the slot of that number, from FD, a file that has rings, or with -1 from the
 * process's own board. SIZE: of the data. AT: where an earlier mapping is to be replaced, or NULL. Returns
 * NULL where the place cannot be mapped. */
struct ring *place_map(int fd, int slot, size_t size, void *at);
void place_unmap(struct ring *ring, size_t size);

/* Gives the memory back to the kernel: the place reads as zeroes. */
void place_clear(struct ring *ring, size_t size);
