/* SPDX-License-Identifier: MIT */
#include "tool/live/ring-file.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "blackbox/place.h"
#include "board/memory.h"
#include "tool/ui/memory.h"

/* Returns the descriptor of a file that has a place for the ring, or a negative errno. */
static int open_file(const struct slot_view *view, bool writable)
{
	AUTO_CLOSE int fd = board_open_file(view->board, writable);
	struct stat status;

	if (fd < 0)
		return fd;
	if (fstat(fd, &status) < 0)
		return -errno;
	if (status.st_size != (off_t)BOARD_FILE_SIZE || view->index >= BOARD_RINGS)
		return -ENOENT;
	return take_fd(&fd);
}

static bool is_of(const struct ring *ring, const struct slot_view *view)
{
	return ring_data_size(ring) > 0 && ring->pid == (uint32_t)view->inner_pid;
}

/* With pread(2), which allocates no page of the file. */
static int read_ring(int fd, const struct slot_view *view, struct ring *ring)
{
	const off_t at = (off_t)(BOARD_RINGS_AT + (size_t)view->index * BOARD_RING_PLACE);
	const size_t whole = RING_DATA_AT + RING_SIZE_MAX;

	if (pread(fd, ring, whole, at) != (ssize_t)whole)
		return -EIO;
	return is_of(ring, view) ? 0 : -ENOENT;
}

int ring_file_read(const struct slot_view *view, struct ring_copy *ret)
{
	AUTO_CLOSE int fd = open_file(view, false);
	AUTO_FREE struct ring *ring = NULL;
	int r = fd < 0 ? fd : 0;

	if (r < 0)
		return r;
	ring = memory_new(1, RING_DATA_AT + RING_SIZE_MAX);
	r = read_ring(fd, view, ring);
	if (r < 0)
		return r;
	ret->data = memory_new(1, ring_data_size(ring));
	if (ring_copy_from(ret, ring, ring_data_size(ring)))
		return 0;
	ring_file_free(ret);
	return -ENOENT;
}

void ring_file_free(struct ring_copy *copy)
{
	free(copy->data);
	copy->data = NULL;
}

int ring_file_map(const struct slot_view *view, struct ring **ret)
{
	AUTO_CLOSE int fd = open_file(view, true);
	struct ring *ring = fd < 0 ? NULL : place_map(fd, (int)view->index, RING_SIZE_MAX, NULL);

	if (fd < 0)
		return fd;
	if (!ring)
		return -ENOMEM;
	if (!is_of(ring, view)) {
		place_unmap(ring, RING_SIZE_MAX);
		return -ENOENT;
	}
	*ret = ring;
	return 0;
}
