/* SPDX-License-Identifier: MIT */
#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	NUMBER_FREE =
		3, /* below are the standard streams: their data must not reach a file of ours */
	/* Above the numbers of a usual program; not higher, because the kernel's table grows with the
	 * highest number: near 524,288 it takes megabytes. */
	NUMBER_HIGH = 768,
};

/* Returns a number for a process whose limit is below NUMBER_HIGH. */
static int lower_number(void)
{
	struct rlimit limit = { .rlim_cur = NUMBER_FREE };

	(void)getrlimit(RLIMIT_NOFILE, &limit);
	return (int)limit.rlim_cur * 3 / 4;
}

/* Where no high number is free the new one is at least that of no standard stream. */
static int duplicate_high(int fd)
{
	int high = fcntl(fd, F_DUPFD_CLOEXEC, NUMBER_HIGH);

	if (high < 0 && errno == EINVAL)
		high = fcntl(fd, F_DUPFD_CLOEXEC, lower_number());
	return high < 0 && fd < NUMBER_FREE ? fcntl(fd, F_DUPFD_CLOEXEC, NUMBER_FREE) : high;
}

void owned_fd_take(struct owned_fd *owned, int fd)
{
	const int high = duplicate_high(fd);
	struct stat st = { 0 };

	if (high >= 0) {
		(void)close(fd);
		fd = high;
	}
	(void)fstat(fd, &st);
	*owned = (struct owned_fd){ fd, st.st_dev, st.st_ino };
}

/* All that is known where a sandbox refuses fstat(2). */
static bool is_close_on_exec(int fd)
{
	const int flags = fcntl(fd, F_GETFD);

	return flags >= 0 && (flags & FD_CLOEXEC);
}

bool owned_fd_is_valid(const struct owned_fd *owned)
{
	struct stat st;

	if (owned->fd < 0)
		return false;
	if (fstat(owned->fd, &st) < 0)
		return errno != EBADF && is_close_on_exec(owned->fd);
	return st.st_dev == owned->device && st.st_ino == owned->inode;
}

void owned_fd_close(struct owned_fd *owned)
{
	if (owned_fd_is_valid(owned))
		(void)close(owned->fd);
	owned->fd = -1;
}
