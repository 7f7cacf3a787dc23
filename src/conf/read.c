/* SPDX-License-Identifier: MIT */
#include "conf/read.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/cleanup.h"

/* To libconfig 1.5 a comment in the last line is a mistake unless that line has an end. */
static const char line_end[] = "\n";

enum { NULL_MAJOR = 1, NULL_MINOR = 3 }; /* of /dev/null: the kernel's devices.txt */

struct conf_identity conf_identity_of(const struct stat *st)
{
	return (struct conf_identity){
		.exists = true,
		.device = st->st_dev,
		.inode = st->st_ino,
		.size = st->st_size,
		.mtime = st->st_mtim,
		.ctime = st->st_ctim,
	};
}

struct conf_identity conf_identity_at(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? conf_identity_of(&st) : (struct conf_identity){ false };
}

static bool same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

bool conf_identity_equal(const struct conf_identity *a, const struct conf_identity *b)
{
	if (!a->exists || !b->exists)
		return a->exists == b->exists;
	return a->device == b->device && a->inode == b->inode && a->size == b->size &&
	       same_time(&a->mtime, &b->mtime) && same_time(&a->ctime, &b->ctime);
}

bool conf_identity_is_stale(const char *path, const struct conf_identity *known, bool racy)
{
	const struct conf_identity now = conf_identity_at(path);

	if (!now.exists && errno != ENOENT && errno != ENOTDIR)
		return false;
	return racy || !conf_identity_equal(&now, known);
}

static bool is_null(const struct stat *st)
{
	return S_ISCHR(st->st_mode) && st->st_rdev == makedev(NULL_MAJOR, NULL_MINOR);
}

bool conf_is_foreign(const struct stat *st)
{
	if (st->st_uid != 0 && st->st_uid != geteuid())
		return true;
	return (st->st_mode & S_IWOTH) || ((st->st_mode & S_IWGRP) && st->st_gid != 0);
}

/* No lease for reading is given while the file is open for writing. A lease is given back at once: a
 * process that opens the file in between waits for that, and the kernel sends a signal to this one,
 * which would be SIGIO and the end of the program, and is one that programs ignore. */
enum conf_writer conf_writer_of(const char *path)
{
	AUTO_CLOSE int fd = -1;
	struct stat st;

	if (stat(path, &st) < 0 || !S_ISREG(st.st_mode))
		return CONF_WRITER_NONE;
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	if (fd < 0 || fcntl(fd, F_SETSIG, SIGURG) < 0)
		return CONF_WRITER_UNKNOWN;
	if (fcntl(fd, F_SETLEASE, F_RDLCK) < 0)
		return errno == EAGAIN ? CONF_WRITER_PRESENT : CONF_WRITER_UNKNOWN;
	(void)fcntl(fd, F_SETLEASE, F_UNLCK);
	return CONF_WRITER_NONE;
}

static const char *kind_of(const struct stat *st)
{
	switch (st->st_mode & S_IFMT) {
	case S_IFDIR:
		return "a directory";
	case S_IFIFO:
		return "a FIFO";
	case S_IFSOCK:
		return "a socket";
	default:
		return "a device";
	}
}

/* Opening a FIFO would hang, a device may do anything. */
static int check(const struct stat *st, bool secure, struct conf_diags *diags)
{
	if (!S_ISREG(st->st_mode)) {
		conf_error(diags, 0, "is %s: expected a regular file, or /dev/null for none",
			   kind_of(st));
		return S_ISDIR(st->st_mode) ? -EISDIR : -EINVAL;
	}
	if (secure && conf_is_foreign(st)) {
		conf_error(
			diags, 0,
			"refused in a set-user-ID program: users other than root and the program's own can write it");
		return -EPERM;
	}
	if (st->st_size > CONF_SIZE_MAX) {
		conf_error(diags, 0, "larger than %d MiB", CONF_SIZE_MAX >> 20);
		return -EBADMSG;
	}
	return 0;
}

static int cannot_read(int error, struct conf_diags *diags)
{
	conf_error(diags, 0, "cannot be read: %s", strerror(error));
	return -error;
}

/* Up to one byte more than size, which shows that the file has grown. */
static ssize_t read_all(int fd, char *data, size_t size)
{
	size_t n = 0;

	while (n < size) {
		const ssize_t r = read(fd, data + n, size - n);

		if (r == 0)
			break;
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return -1;
		n += (size_t)r;
	}
	return (ssize_t)n;
}

int conf_read(const char *path, const struct stat *st, bool secure, struct conf_diags *diags,
	      struct conf_text *ret)
{
	AUTO_CLOSE int fd = -1;
	AUTO_FREE char *data = NULL;
	struct stat opened;
	ssize_t size;
	int r;

	if (is_null(st)) {
		data = strdup(line_end);
		if (!data)
			return -ENOMEM;
		*ret = (struct conf_text){ TAKE_PTR(data), 0, conf_identity_of(st) };
		return 0;
	}
	r = check(st, secure, diags);
	if (r < 0)
		return r;
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	if (fd < 0 || fstat(fd, &opened) < 0)
		return cannot_read(errno, diags);
	r = check(&opened, secure, diags);
	if (r < 0)
		return r;

	data = malloc((size_t)opened.st_size + sizeof(line_end));
	if (!data)
		return -ENOMEM;
	size = read_all(fd, data, (size_t)opened.st_size + 1);
	if (size < 0)
		return cannot_read(errno, diags);
	if (size > opened.st_size) {
		conf_error(diags, 0, "is being written");
		return -EBADMSG;
	}
	memcpy(data + size, line_end, sizeof(line_end));
	*ret = (struct conf_text){ TAKE_PTR(data), (size_t)size, conf_identity_of(&opened) };
	return 0;
}
