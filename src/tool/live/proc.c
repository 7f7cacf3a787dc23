/* SPDX-License-Identifier: MIT */
#include "tool/live/proc.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/cleanup.h"

enum {
	PATH_SIZE = 96,
	STAT_FIRST_FIELD = 3, /* the one after the command's closing bracket */
	STAT_START_FIELD = 22 /* proc(5): starttime */
};

static void cleanup_file(FILE **file)
{
	if (*file)
		(void)fclose(*file);
}

static void cleanup_dir(DIR **dir)
{
	if (*dir)
		(void)closedir(*dir);
}

/* A process that ends between two steps makes for ENOENT as well as for ESRCH. */
static int proc_errno(void)
{
	switch (errno) {
	case ENOENT:
		return -ESRCH;
	case EPERM:
		return -EACCES;
	default:
		return -errno;
	}
}

static FILE *open_file(pid_t pid, const char *name)
{
	char path[PATH_SIZE];

	(void)snprintf(path, sizeof(path), "/proc/%ld/%s", (long)pid, name);
	return fopen(path, "re");
}

/* "7f00-7f80 rw-s 00000000 00:01 1234    /memfd:NAME (deleted)", as far as the inode. */
static int parse_mapping(const char *line, struct proc_mapping *ret)
{
	unsigned long major_number, minor_number;
	char *end;

	ret->start = strtoull(line, &end, 16);
	if (*end++ != '-')
		return -EINVAL;
	ret->end = strtoull(end, &end, 16);
	for (int words = 0; words < 3; words++) { /* to the device, over permissions and offset */
		end = strchr(end, ' ');
		if (!end++)
			return -EINVAL;
	}
	major_number = strtoul(end, &end, 16);
	if (*end++ != ':')
		return -EINVAL;
	minor_number = strtoul(end, &end, 16);
	ret->device = makedev((unsigned)major_number, (unsigned)minor_number);
	ret->inode = strtoul(end, NULL, 10);
	return 0;
}

static void memfd_path(char *path, size_t size, const char *name)
{
	(void)snprintf(path, size, "/memfd:%s (deleted)", name);
}

int proc_find_memfd(pid_t pid, const char *name, dev_t device, struct proc_mapping *ret)
{
	CLEANUP(cleanup_file) FILE *file = open_file(pid, "maps");
	AUTO_FREE char *line = NULL;
	char path[PATH_SIZE];
	size_t size = 0;

	if (!file)
		return proc_errno();
	memfd_path(path, sizeof(path), name);
	errno = 0;
	while (getline(&line, &size, file) >= 0) {
		struct proc_mapping mapping;

		if (!strstr(line, path) || parse_mapping(line, &mapping) < 0 ||
		    mapping.device != device)
			continue;
		*ret = mapping;
		return 0;
	}
	return ferror(file) ? proc_errno() : -ENOENT;
}

static bool is_mapping(const struct stat *status, const struct proc_mapping *mapping)
{
	return S_ISREG(status->st_mode) && status->st_dev == mapping->device &&
	       status->st_ino == mapping->inode;
}

/* Looks before it opens: behind a descriptor of another process there may be anything. */
static int open_at(int dir, const char *name, const struct proc_mapping *mapping, int flags)
{
	AUTO_CLOSE int fd = -1;
	struct stat status;

	if (fstatat(dir, name, &status, 0) < 0)
		return proc_errno();
	if (!is_mapping(&status, mapping))
		return -ENOENT;
	fd = openat(dir, name, flags | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &status) < 0)
		return proc_errno();
	return is_mapping(&status, mapping) ? take_fd(&fd) : -ENOENT;
}

static bool links_to(int dir, const char *name, const char *path)
{
	char target[PATH_SIZE];
	const ssize_t size = readlinkat(dir, name, target, sizeof(target));

	return size == (ssize_t)strlen(path) && memcmp(target, path, (size_t)size) == 0;
}

static int open_descriptor(pid_t pid, const char *name, const struct proc_mapping *mapping,
			   int flags)
{
	char path[PATH_SIZE], memfd[PATH_SIZE];
	CLEANUP(cleanup_dir) DIR *dir = NULL;
	const struct dirent *entry;

	(void)snprintf(path, sizeof(path), "/proc/%ld/fd", (long)pid);
	memfd_path(memfd, sizeof(memfd), name);
	dir = opendir(path);
	if (!dir)
		return proc_errno();
	while ((entry = readdir(dir))) {
		int fd;

		if (!links_to(dirfd(dir), entry->d_name, memfd))
			continue;
		fd = open_at(dirfd(dir), entry->d_name, mapping, flags);
		/* The process may have closed that one, and have another. */
		if (fd != -ENOENT && fd != -ESRCH)
			return fd;
	}
	return -ENOENT;
}

static int open_mapping(pid_t pid, const struct proc_mapping *mapping, int flags)
{
	char path[PATH_SIZE];

	(void)snprintf(path, sizeof(path), "/proc/%ld/map_files/%" PRIx64 "-%" PRIx64, (long)pid,
		       mapping->start, mapping->end);
	return open_at(AT_FDCWD, path, mapping, flags);
}

/* By the mapping first: a process may have very many descriptors, or none of the file. */
int proc_open_memfd(pid_t pid, const char *name, const struct proc_mapping *mapping, int flags)
{
	const int r = open_mapping(pid, mapping, flags);
	const int fd = r < 0 ? open_descriptor(pid, name, mapping, flags) : r;

	return fd == -ENOENT && r == -EACCES ? r : fd;
}

int proc_inner_pid(pid_t pid, pid_t *ret)
{
	CLEANUP(cleanup_file) FILE *file = open_file(pid, "status");
	static const char key[] = "NSpid:"; /* "NSpid:\t4711\t12\n", the innermost last */
	AUTO_FREE char *line = NULL;
	size_t size = 0;

	if (!file)
		return proc_errno();
	*ret = pid; /* a kernel without pid namespaces has no such line */
	while (getline(&line, &size, file) >= 0) {
		const char *last = strrchr(line, '\t');

		if (last && strncmp(line, key, sizeof(key) - 1) == 0)
			*ret = (pid_t)strtol(last, NULL, 10);
	}
	return 0;
}

int proc_started_ms(pid_t pid, int64_t *ret)
{
	CLEANUP(cleanup_file) FILE *file = open_file(pid, "stat");
	const long ticks_per_second = sysconf(_SC_CLK_TCK);
	AUTO_FREE char *line = NULL;
	size_t size = 0;
	char *field;

	if (!file || getline(&line, &size, file) < 0)
		return proc_errno();
	field = strrchr(line, ')'); /* the command before it may hold anything */
	for (int i = STAT_FIRST_FIELD - 1; field && i < STAT_START_FIELD; i++)
		field = strchr(field + 1, ' ');
	if (!field || ticks_per_second <= 0)
		return -EINVAL;
	*ret = strtoll(field, NULL, 10) * 1000 / ticks_per_second;
	return 0;
}

static bool is_unit(const char *part, const char *unit)
{
	const size_t size = strlen(unit);

	return strncmp(part, unit, size) == 0 &&
	       (part[size] == '\0' || strcmp(part + size, ".service") == 0);
}

bool proc_is_in_unit(pid_t pid, const char *unit)
{
	CLEANUP(cleanup_file) FILE *file = open_file(pid, "cgroup");
	AUTO_FREE char *line = NULL; /* "0::/system.slice/ingestd.service" */
	size_t size = 0;

	while (file && getline(&line, &size, file) >= 0) {
		char *rest = strchr(line, '/'), *part;

		line[strcspn(line, "\n")] = '\0';
		while ((part = strsep(&rest, "/"))) {
			if (is_unit(part, unit))
				return true;
		}
	}
	return false;
}
