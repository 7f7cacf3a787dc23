/* SPDX-License-Identifier: MIT */
#include "process/proc-file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/strbuf.h"

enum { PATH_SIZE = 64 };

static int open_file(pid_t pid, pid_t tid, const char *name)
{
	char path[PATH_SIZE];
	struct strbuf text = { path, sizeof(path) - 1, 0 };
	int fd;

	strbuf_put_literal(&text, "/proc/");
	strbuf_put_number(&text, (uint64_t)pid);
	if (tid > 0) {
		strbuf_put_literal(&text, "/task/");
		strbuf_put_number(&text, (uint64_t)tid);
	}
	strbuf_put_char(&text, '/');
	strbuf_put_string(&text, name);
	if (text.size >= sizeof(path))
		return -ENAMETOOLONG;
	path[text.size] = '\0';
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

ssize_t proc_file_read(pid_t pid, pid_t tid, const char *name, char *ret, size_t size)
{
	AUTO_CLOSE int fd = open_file(pid, tid, name);
	ssize_t n;

	if (fd < 0)
		return fd;
	n = read(fd, ret, size - 1);
	if (n < 0)
		return -errno;
	ret[n] = '\0';
	return n;
}
