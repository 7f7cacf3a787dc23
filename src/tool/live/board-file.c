/* SPDX-License-Identifier: MIT */
#include "tool/live/board-file.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "tool/ui/tool.h"

int board_file_device(dev_t *ret)
{
	AUTO_CLOSE int fd = memfd_create("mplog", MFD_CLOEXEC);
	struct stat status;

	if (fd < 0 || fstat(fd, &status) < 0)
		return -errno;
	*ret = status.st_dev;
	return 0;
}

/* The beginning of struct board, which is the same in all versions. */
struct header {
	uint64_t magic;
	uint32_t version;
	uint32_t size;
	uint32_t slot_size;
	uint32_t n_slots;
};

_Static_assert(sizeof(struct header) == offsetof(struct board, run_id), "the layout is versioned");

/* Read before anything is mapped. */
static int check_header(int fd, uint32_t *ret_version)
{
	struct header header;

	if (pread(fd, &header, sizeof(header), 0) != sizeof(header))
		return -EBADF;
	if (header.magic == 0)
		return -ENOENT; /* it is just being made: the magic number comes last */
	if (header.magic != BOARD_MAGIC)
		return -EBADF;
	*ret_version = header.version;
	if (header.version != BOARD_VERSION)
		return -EPROTONOSUPPORT;
	if (header.size != sizeof(struct board) || header.slot_size != sizeof(struct slot) ||
	    header.n_slots != BOARD_SLOTS)
		return -EBADF;
	return 0;
}

/* A process that could make the file shorter could kill this one with SIGBUS. */
static int check_file(int fd, uid_t *ret_owner)
{
	const int seals = fcntl(fd, F_GET_SEALS), needed = F_SEAL_SHRINK | F_SEAL_GROW;
	struct stat status;

	if (seals < 0 || fstat(fd, &status) < 0)
		return -errno;
	*ret_owner = status.st_uid;
	return (seals & needed) == needed && status.st_size == sizeof(struct board) ? 0 : -EBADF;
}

void board_file_tell_refused(pid_t pid, int error, uint32_t version)
{
	if (error == -EPROTONOSUPPORT)
		tool_complain("process %ld: its board has version %" PRIu32
			      ", and this mplog knows version"
			      " %d only: use the mplog that belongs to the program's libmplog",
			      (long)pid, version, BOARD_VERSION);
	else if (error == -EBADF)
		tool_complain("process %ld: not a valid board", (long)pid);
	else
		tool_complain("process %ld: cannot open its board: %s", (long)pid,
			      strerror(-error));
}

static int map_board(int fd, bool writable, struct board **ret)
{
	const int protection = PROT_READ | (writable ? PROT_WRITE : 0);
	void *memory = mmap(NULL, sizeof(struct board), protection, MAP_SHARED, fd, 0);

	if (memory == MAP_FAILED)
		return -errno;
	*ret = memory;
	return 0;
}

int board_file_open(pid_t pid, const struct proc_mapping *mapping, bool writable,
		    struct board_file *ret)
{
	AUTO_CLOSE int fd =
		proc_open_memfd(pid, BOARD_FILE_NAME, mapping, writable ? O_RDWR : O_RDONLY);
	int r;

	if (fd < 0)
		return fd;
	r = check_header(fd, &ret->version);
	if (r >= 0)
		r = check_file(fd, &ret->owner);
	if (r >= 0)
		r = map_board(fd, writable, &ret->board);
	if (r < 0)
		return r;
	ret->fd = take_fd(&fd);
	return 0;
}
