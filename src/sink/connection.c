/* SPDX-License-Identifier: MIT */
#include "sink/connection.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include "base/cleanup.h"
#include "base/compiler.h"
#include "base/pages.h"
#include "process/seal.h"

/* The journal's and syslog's connection, and the successor of each. */
enum { POOL_SIZE = 4 };

/* In HOT_DATA: a child copies no further page for it. Where calls of other threads still use all of
 * the pool, a connection gets pages of its own. */
static HOT_DATA struct {
	struct connection connection;
	_Atomic bool is_taken;
} pool[POOL_SIZE];

static struct connection *get_connection(void)
{
	for (size_t i = 0; i < POOL_SIZE; i++) {
		if (!atomic_exchange(&pool[i].is_taken, true))
			return memset(&pool[i].connection, 0, sizeof(pool[i].connection));
	}
	return pages_get(sizeof(struct connection));
}

static void put_connection(struct connection *connection)
{
	for (size_t i = 0; i < POOL_SIZE; i++) {
		if (connection == &pool[i].connection) {
			atomic_store(&pool[i].is_taken, false);
			return;
		}
	}
	pages_put(connection, sizeof(*connection));
}

static int connect_to(int fd, const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const size_t size = strlen(path);

	if (size >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, path, size + 1);
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
	return 0;
}

/* A stream is non-blocking at first: its connect(2) would wait for a service that accepts none. */
static int open_socket(int type, const char *path)
{
	const int flags = type == SOCK_STREAM ? SOCK_NONBLOCK | SOCK_CLOEXEC : SOCK_CLOEXEC;
	AUTO_CLOSE int fd = socket(AF_UNIX, type | flags, 0);
	int r;

	if (fd < 0)
		return -errno;
	r = connect_to(fd, path);
	return r < 0 ? r : take_fd(&fd);
}

/* Returns whether a send may block. Where a sandbox refuses that, poll(2) waits. */
static bool limit_wait(int fd, bool is_stream)
{
	const struct timeval timeout = { .tv_usec = CONNECTION_WAIT_NS / 1000 };

	return setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout)) == 0 &&
	       (!is_stream || fcntl(fd, F_SETFL, 0) == 0);
}

int connection_open(struct connection **ret, const char *path, bool may_stream)
{
	AUTO_CLOSE int fd = -1;
	struct connection *connection;
	bool is_stream = false;

	fd = open_socket(SOCK_DGRAM, path);
	if (fd == -EPROTOTYPE && may_stream) {
		is_stream = true;
		fd = open_socket(SOCK_STREAM, path);
	}
	if (fd < 0)
		return fd;
	connection = get_connection();
	if (!connection)
		return -ENOMEM;
	owned_fd_take(&connection->socket, take_fd(&fd));
	connection->is_stream = is_stream;
	connection->may_block = limit_wait(connection->socket.fd, is_stream);
	*ret = connection;
	return 0;
}

/* Errors that all say that the service is not there now. */
static bool is_absence(int error)
{
	switch (error) {
	case -ENOENT:
	case -ENOTDIR:
	case -ECONNREFUSED:
	case -EACCES:
	case -EPERM:
	case -EPROTOTYPE:
	case -EAFNOSUPPORT:
		return true;
	default:
		return false;
	}
}

/* The program closed a descriptor of the library's: each record checks the identity from then on. */
static atomic_bool program_closes;

bool connection_is_ours(const struct connection *connection)
{
	if (seal_is_set() || owned_fd_is_valid(&connection->socket))
		return true;
	/* In a child, daemon(3) and its like close once what was inherited. */
	if (atomic_load_explicit(&connection->checked_ns, memory_order_relaxed) !=
	    CONNECTION_AFTER_FORK)
		atomic_store_explicit(&program_closes, true, memory_order_relaxed);
	return false;
}

bool connection_is_broken(const struct connection *connection, int error)
{
	switch (error) {
	case -ECONNREFUSED:
	case -ECONNRESET:
	case -ENOTCONN:
	case -EPIPE:
	case -ETIMEDOUT:
		return true;
	default:
		return !connection_is_ours(connection);
	}
}

bool connection_check(struct connection *connection, int64_t now_ns)
{
	if (!connection_is_ours(connection))
		return false;
	if (atomic_load_explicit(&program_closes, memory_order_relaxed))
		now_ns = CONNECTION_ALWAYS;
	atomic_store_explicit(&connection->checked_ns, now_ns, memory_order_relaxed);
	return true;
}

bool connection_may_be_shared(struct connection *connection)
{
	int origin = CONNECTION_INHERITED;

	return !connection->is_stream &&
	       (atomic_compare_exchange_strong(&connection->origin, &origin,
					       CONNECTION_INHERITED_USED) ||
		origin == CONNECTION_OWN);
}

void connection_after_fork(struct connection *connection)
{
	atomic_store(&connection->checked_ns, CONNECTION_AFTER_FORK);
	atomic_store(&connection->origin, CONNECTION_INHERITED);
}

void connection_renew(struct connection *connection)
{
	int origin = CONNECTION_INHERITED;

	(void)atomic_compare_exchange_strong(&connection->origin, &origin,
					     CONNECTION_INHERITED_USED);
}

int connection_open_first(struct connection **ret, const char *const *paths, bool may_stream,
			  int64_t now_ns)
{
	int absence = -ENOENT;

	for (; *paths; paths++) {
		const int r = connection_open(ret, *paths, may_stream);

		if (r == 0)
			(void)connection_check(*ret, now_ns);
		if (r == 0 || !is_absence(r))
			return r;
		if (r == -EACCES || r == -EPERM)
			absence = -EACCES;
	}
	return absence;
}

bool connection_is_read(const struct connection *connection, size_t taken)
{
	int held;

	/* The kernel counts with each message what it costs, more than its bytes. */
	return !connection->is_stream || seal_is_set() ||
	       ioctl(connection->socket.fd, SIOCOUTQ, &held) < 0 || taken >= (size_t)held;
}

/* An int-aligned buffer for one descriptor, as cmsg(3) wants it. */
union fd_control {
	struct cmsghdr header;
	char space[CMSG_SPACE(sizeof(int))];
};

ssize_t connection_send_fd(const struct connection *connection, int fd, int flags)
{
	union fd_control control = { .space = { 0 } };
	struct iovec nothing = { .iov_len = 0 }; /* without a vector qemu-user sends no message */
	struct msghdr message = { .msg_iov = &nothing,
				  .msg_iovlen = 1,
				  .msg_control = &control,
				  .msg_controllen = sizeof(control) };
	struct cmsghdr *const header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	return sendmsg(connection->socket.fd, &message, flags | MSG_NOSIGNAL);
}

/* retired is the first member. */
static void free_connection(struct retired *retired)
{
	struct connection *const connection = (struct connection *)retired;

	owned_fd_close(&connection->socket);
	put_connection(connection);
}

void connection_retire(struct connection *connection)
{
	epoch_retire(&connection->retired, free_connection);
}
