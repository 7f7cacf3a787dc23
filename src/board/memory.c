/* SPDX-License-Identifier: MIT */
#include "board/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/pages.h"

static int new_of_size(size_t size)
{
	AUTO_CLOSE int fd = memfd_new(BOARD_FILE_NAME, size);

	if (fd < 0)
		return fd;
	if (fchmod(fd, 0600) < 0 || ftruncate(fd, (off_t)size) < 0 ||
	    fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0)
		return -errno;
	return take_fd(&fd);
}

int board_memory_new(bool *ret_has_rings)
{
	const int fd = new_of_size(BOARD_FILE_SIZE);

	*ret_has_rings = fd >= 0;
	return fd == -EFBIG ? new_of_size(sizeof(struct board)) : fd;
}
