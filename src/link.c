/* SPDX-License-Identifier: MIT */
#include "link.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "clock.h"
#include "hot.h"

/* How often a service that is absent or stuck is looked for: it is to be used again within a
 * second of being back. */
#define LOOK_AGAIN_NS (NS_PER_S / 4)

/* Messages up to this size are one buffer in the kernel: no partial writes, no interleaving. */
enum { STREAM_MESSAGE_MAX = 32768 };

enum { NAP_MS = 1 };

struct parcel {
	struct bytes message;
	int fd; /* -1: none */
};

/* An int-aligned buffer for one descriptor, as cmsg(3) wants it. */
union fd_control {
	struct cmsghdr header;
	char space[CMSG_SPACE(sizeof(int))];
};

static COLD ssize_t push_fd(int socket, int fd, int flags)
{
	union fd_control control = { .space = { 0 } };
	struct msghdr message = { .msg_control = &control, .msg_controllen = sizeof(control) };
	struct cmsghdr *const header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	return sendmsg(socket, &message, flags);
}

HOT_INLINE ssize_t push(int socket, const struct parcel *parcel, int flags)
{
	const ssize_t n = parcel->fd >= 0 ? push_fd(socket, parcel->fd, flags | MSG_NOSIGNAL)
					  : send(socket, parcel->message.data, parcel->message.size,
						 flags | MSG_NOSIGNAL);

	return n < 0 ? -errno : n;
}

/* 1: all of it is gone. 0: some is left. */
static int advance(struct parcel *parcel, size_t n, bool is_stream)
{
	if (!is_stream || n >= parcel->message.size)
		return 1;
	parcel->message.data += n;
	parcel->message.size -= n;
	return 0;
}

/* Waits until the deadline at most. Goes on after a signal with what is left. */
static COLD int push_waiting(const struct connection *connection, struct parcel *parcel,
			     struct deadline *deadline)
{
	const int fd = connection->socket.fd;

	for (;;) {
		const bool blocks =
			connection->may_block && deadline_left_ns(deadline) >= CONNECTION_WAIT_NS;
		ssize_t n;

		if (!blocks && !deadline_poll(deadline, fd))
			return -EAGAIN;
		/* While somebody waits the number may become another's. */
		if (!descriptor_is_ours(&connection->socket))
			return -ENOTCONN;
		n = push(fd, parcel, blocks ? 0 : MSG_DONTWAIT);
		if (n >= 0 && advance(parcel, (size_t)n, connection->is_stream))
			return 0;
		if (n < 0 && n != -EAGAIN && n != -EINTR)
			return (int)n;
	}
}

/* The common case is one system call, whether there is room or a short wait: a send that blocks no
 * longer than the deadline allows. */
static bool may_block_at_once(const struct link *link, const struct connection *connection,
			      const struct deadline *deadline)
{
	return connection->may_block && patience_is_whole(&link->patience) &&
	       deadline->end_ns == 0 && deadline->timeout_ms * NS_PER_MS >= CONNECTION_WAIT_NS;
}

HOT_INLINE int transmit(const struct link *link, struct connection *connection,
			struct parcel parcel, struct deadline *deadline)
{
	const size_t size = parcel.message.size;
	const bool blocks = may_block_at_once(link, connection, deadline);
	const ssize_t n = push(connection->socket.fd, &parcel, blocks ? 0 : MSG_DONTWAIT);
	int r;

	if (LIKELY(n >= 0 && advance(&parcel, (size_t)n, connection->is_stream)))
		return 0;
	if (n < 0 && n != -EAGAIN && n != -EINTR)
		return (int)n;
	if (n == -EAGAIN && !patience_is_left(&link->patience, deadline))
		return -EAGAIN;
	if (n == -EAGAIN && blocks)
		deadline_spent(deadline, CONNECTION_WAIT_NS);
	r = push_waiting(connection, &parcel, deadline);
	/* Nobody else may continue the line that was begun. */
	return r == -EAGAIN && parcel.message.size < size ? -ETIMEDOUT : r;
}

/* The service is not there now: not worth an error of its own. */
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

static int absence(const struct link *link)
{
	return atomic_load_explicit(&link->was_there, memory_order_relaxed) ? -ENOTCONN : -ENOENT;
}

static int open_any(const struct link *link, struct connection **ret)
{
	int r = -ENOENT;

	for (const char *const *path = link->paths; *path; path++) {
		r = connection_open(ret, *path, link->may_stream);
		if (r == 0 || !is_absence(r))
			return r;
	}
	return absence(link);
}

/* False where somebody else was faster: then *connection is theirs, or NULL. */
static bool replace(struct link *link, struct connection **connection, struct connection *by)
{
	struct connection *old = *connection;

	if (!atomic_compare_exchange_strong(&link->connection, &old, by)) {
		*connection = old;
		return false;
	}
	if (old)
		connection_retire(old);
	*connection = by;
	return true;
}

static COLD void drop(struct link *link, struct connection *connection)
{
	(void)replace(link, &connection, NULL);
}

/* Connects anew, in place of *connection. Where that cannot be, the old one is kept: after
 * chroot(2) the path is gone, and a socket connected before still works. */
static COLD int connect_anew(struct link *link, struct connection **connection, int64_t now_ns)
{
	struct connection *opened = NULL;
	int r;

	r = open_any(link, &opened);
	/* Where there was none and is one now, no other thread shall think that there is none. */
	if (r == -ENOENT || r == -ENOTCONN || *connection)
		atomic_store_explicit(&link->not_before_ns, now_ns + LOOK_AGAIN_NS,
				      memory_order_relaxed);
	if (r < 0)
		return *connection && descriptor_is_ours(&(*connection)->socket) ? 0 : r;

	atomic_store_explicit(&opened->checked_ns, now_ns, memory_order_relaxed);
	atomic_store_explicit(&link->was_there, true, memory_order_relaxed);
	atomic_store_explicit(&link->inherited, false, memory_order_relaxed);
	if (!replace(link, connection, opened))
		connection_retire(opened);
	return *connection ? 0 : -ENOTCONN;
}

static COLD bool is_still_ours(struct connection *connection, int64_t now_ns)
{
	if (!descriptor_is_ours(&connection->socket))
		return false;
	atomic_store_explicit(&connection->checked_ns, now_ns, memory_order_relaxed);
	return true;
}

HOT_INLINE bool is_current(struct connection *connection, int64_t now_ns)
{
	return atomic_load_explicit(&connection->checked_ns, memory_order_relaxed) == now_ns ||
	       is_still_ours(connection, now_ns);
}

static bool may_look(const struct link *link, int64_t now_ns)
{
	return now_ns >= atomic_load_explicit(&link->not_before_ns, memory_order_relaxed);
}

/* A stuck service may have a successor at the path. */
HOT_INLINE bool wants_another(struct link *link, int64_t now_ns)
{
	if (atomic_load_explicit(&link->inherited, memory_order_relaxed))
		return atomic_exchange(&link->inherited, false);
	return !patience_is_whole(&link->patience) && may_look(link, now_ns);
}

HOT_INLINE int find_connection(struct link *link, int64_t now_ns, struct connection **ret)
{
	*ret = atomic_load(&link->connection);
	if (*ret && is_current(*ret, now_ns))
		return wants_another(link, now_ns) ? connect_anew(link, ret, now_ns) : 0;
	if (*ret) {
		drop(link, *ret);
		*ret = NULL;
		return connect_anew(link, ret, now_ns);
	}
	return may_look(link, now_ns) ? connect_anew(link, ret, now_ns) : absence(link);
}

/* A service that takes streams may have no room for another one just now; nothing tells when. */
static __attribute__((__noinline__)) int find_waiting(struct link *link, struct deadline *deadline,
						      struct connection **ret)
{
	int r = -EAGAIN;

	while (r == -EAGAIN && patience_is_left(&link->patience, deadline) &&
	       deadline_left_ns(deadline) > 0) {
		(void)poll(NULL, 0, NAP_MS);
		r = find_connection(link, deadline_now_ns(deadline), ret);
	}
	return r;
}

/* Whether the connection is of no use any more; -EBADF and -ENOTSOCK: it is a stranger's. */
static COLD bool is_broken(int error, const struct connection *connection)
{
	switch (error) {
	case -ECONNREFUSED:
	case -ECONNRESET:
	case -ENOTCONN:
	case -EPIPE:
	case -ETIMEDOUT:
		return true;
	default:
		return !descriptor_is_ours(&connection->socket);
	}
}

HOT_INLINE int try_once(struct link *link, const struct parcel *parcel, struct deadline *deadline,
			bool *ret_again)
{
	struct connection *connection;
	struct parcel whole = *parcel;
	int r = find_connection(link, deadline_now_ns(deadline), &connection);

	if (UNLIKELY(r == -EAGAIN))
		r = find_waiting(link, deadline, &connection);
	if (r < 0)
		return r;
	if (connection->is_stream && whole.message.size >= STREAM_MESSAGE_MAX)
		return -EMSGSIZE;
	if (connection->is_stream)
		whole.message.size++; /* its end */
	r = transmit(link, connection, whole, deadline);
	if (UNLIKELY(r < 0) && is_broken(r, connection)) {
		drop(link, connection);
		atomic_store_explicit(&link->not_before_ns, 0, memory_order_relaxed);
		*ret_again = r != -ETIMEDOUT;
	}
	return r == -ETIMEDOUT ? -EAGAIN : r;
}

/* Where the connection broke: the service may have been restarted. */
static COLD int try_again(struct link *link, const struct parcel *parcel, struct deadline *deadline)
{
	bool again;

	return try_once(link, parcel, deadline, &again);
}

HOT_INLINE int deliver(struct link *link, const struct parcel *parcel, struct deadline *deadline)
{
	bool again = false;
	int r = try_once(link, parcel, deadline, &again);

	if (UNLIKELY(again))
		r = try_again(link, parcel, deadline);
	if (LIKELY(r == 0))
		patience_restore(&link->patience);
	else if (r == -EAGAIN)
		patience_lose(&link->patience, deadline);
	return r;
}

int link_send(struct link *link, struct bytes message, struct deadline *deadline)
{
	return deliver(link, &(struct parcel){ message, -1 }, deadline);
}

static COLD int write_otherwise(struct link *link, struct bytes message, struct deadline *deadline,
				int r)
{
	if (link->send_large && (r == -EMSGSIZE || r == -ENOBUFS))
		r = link->send_large(message, deadline);
	return r == 0 ? 1 : r == -ENOENT ? 0 : r;
}

int link_write(struct link *link, struct bytes message, struct deadline *deadline)
{
	const int r = deliver(link, &(struct parcel){ message, -1 }, deadline);

	return LIKELY(r == 0) ? 1 : write_otherwise(link, message, deadline, r);
}

int link_send_fd(struct link *link, int fd, struct deadline *deadline)
{
	return deliver(link, &(struct parcel){ { NULL, 0 }, fd }, deadline);
}

void link_renew(struct link *link)
{
	struct connection *connection = atomic_load(&link->connection);

	if (connection)
		atomic_store(&connection->checked_ns, 0);
	atomic_store(&link->inherited, connection != NULL);
	atomic_store(&link->not_before_ns, 0);
}

void link_close(struct link *link)
{
	struct connection *connection = atomic_load(&link->connection);

	drop(link, connection);
	patience_restore(&link->patience);
	atomic_store(&link->not_before_ns, 0);
}
