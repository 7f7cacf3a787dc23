/* SPDX-License-Identifier: MIT */
/* The journal's native protocol: https://systemd.io/JOURNAL_NATIVE_PROTOCOL/. */
#include "sink/sink.h"

#include <errno.h>
#include <fcntl.h>

#include "base/cleanup.h"
#include "base/pages.h"
#include "sink/socket.h"

static const char *const journal_paths[] = { "/run/systemd/journal/socket", NULL };

static int send_sealed(struct bytes record, struct deadline *deadline);

static struct log_socket journal = { .paths = journal_paths, .send_large = send_sealed };

static int write_file(int fd, struct bytes bytes)
{
	while (bytes.size > 0) {
		const ssize_t n = write(fd, bytes.data, bytes.size);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n == 0)
			return -EIO;
		if (n > 0) {
			bytes.data += n;
			bytes.size -= (size_t)n;
		}
	}
	return 0;
}

/* journald takes only a file that cannot be changed any more. */
static int open_sealed(struct bytes bytes)
{
	AUTO_CLOSE int fd = memfd_new("mplog-record", bytes.size);
	int r;

	if (fd < 0)
		return fd;
	r = write_file(fd, bytes);
	if (r < 0)
		return r;
	if (fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) < 0)
		return -errno;
	return take_fd(&fd);
}

static int send_sealed(struct bytes record, struct deadline *deadline)
{
	AUTO_CLOSE const int fd = open_sealed(record);

	return fd < 0 ? fd : log_socket_send_fd(&journal, fd, deadline);
}

static int journal_write(const struct delivery *delivery)
{
	return log_socket_write(&journal, delivery->record->data, delivery->deadline);
}

static bool journal_is_journald(void)
{
	return true;
}

const struct sink sink_journal = {
	.name = "journal",
	.write = journal_write,
	.is_journald = journal_is_journald,
	.socket = &journal,
};
