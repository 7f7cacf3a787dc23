/* SPDX-License-Identifier: MIT */
#include "blackbox/place.h"

#include <string.h>
#include <sys/mman.h>

#include "board/board.h"
#include "board/memory.h"

enum { PROTECTION = PROT_READ | PROT_WRITE };

static size_t offset_of(int slot)
{
	return BOARD_RINGS_AT + (size_t)slot * BOARD_RING_PLACE;
}

/* A program that has closed all descriptors has the board's mapping still: mremap(2) makes another one of
 * a shared mapping, and as long as the file. What lies before the place is unmapped again. */
static char *map_by_board(size_t offset, size_t size, char *at)
{
	struct board *board = board_get();
	char *whole = mremap(board, 0, offset + size, MREMAP_MAYMOVE);

	if (whole == MAP_FAILED)
		return NULL;
	(void)munmap(whole, offset);
	if (!at)
		return whole + offset;
	return mremap(whole + offset, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, at) == at ? at
											   : NULL;
}

struct ring *place_map(int fd, int slot, size_t size, void *at)
{
	const int own_fd = fd < 0 ? board_fd() : fd;
	const size_t offset = offset_of(slot);
	void *memory;

	if (slot < 0 || slot >= BOARD_RINGS || size > RING_SIZE_MAX ||
	    (fd < 0 && !board_has_rings()))
		return NULL;
	size += RING_DATA_AT;
	if (own_fd < 0)
		return (struct ring *)(void *)map_by_board(offset, size, at);
	memory = mmap(at, size, PROTECTION, MAP_SHARED | (at ? MAP_FIXED : 0), own_fd,
		      (off_t)offset);
	return memory == MAP_FAILED ? NULL : memory;
}

void place_unmap(struct ring *ring, size_t size)
{
	(void)munmap(ring, RING_DATA_AT + size);
}

void place_clear(struct ring *ring, size_t size)
{
	/* Emulators such as qemu-user answer 0 and do nothing. */
	if (madvise(ring, RING_DATA_AT + size, MADV_REMOVE) < 0 || ring->magic ||
	    atomic_load(&ring->head) > 0)
		memset(ring, 0, RING_DATA_AT + size);
}
