/* SPDX-License-Identifier: MIT */
#include "sink/socket.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/compiler.h"
#include "process/seal.h"

/* Messages up to this size are one buffer in the kernel: no partial writes, no interleaving. */
enum { STREAM_MESSAGE_MAX = 32768 };

enum { NAP_MS = 1 };

struct parcel {
	struct bytes message;
	int fd; /* -1: none */
};

static inline ALWAYS_INLINE ssize_t send_parcel(const struct connection *connection,
						const struct parcel *parcel, int flags)
{
	const int fd = connection->socket.fd;
	const ssize_t n = parcel->fd >= 0 ? connection_send_fd(connection, parcel->fd, flags)
					  : send(fd, parcel->message.data, parcel->message.size,
						 flags | MSG_NOSIGNAL);

	return n < 0 ? -errno : n;
}

/* Returns true when all of the parcel is sent. */
static bool take_off(struct parcel *parcel, size_t n, bool is_stream)
{
	if (!is_stream || n >= parcel->message.size)
		return true;
	parcel->message.data += n;
	parcel->message.size -= n;
	return false;
}

/* Waits until the deadline at most; after a signal, for the time that is left. */
static COLD int send_waiting(const struct connection *connection, struct parcel *parcel,
			     struct deadline *deadline)
{
	for (;;) {
		const bool blocks =
			connection->may_block && deadline_left_ns(deadline) >= CONNECTION_WAIT_NS;
		ssize_t n;

		if (!blocks && (seal_is_set() || !deadline_poll(deadline, connection->socket.fd)))
			return -EAGAIN;
		/* During the wait another thread may have closed the descriptor. */
		if (!connection_is_ours(connection))
			return -ENOTCONN;
		n = send_parcel(connection, parcel, blocks ? 0 : MSG_DONTWAIT);
		if (n >= 0 && take_off(parcel, (size_t)n, connection->is_stream))
			return 0;
		if (n < 0 && n != -EAGAIN && n != -EINTR)
			return (int)n;
	}
}

/* Tells whether the first send may block: then the common case is one system call, with a short
 * wait or without. */
static bool may_block_at_once(const struct log_socket *log_socket,
			      const struct connection *connection, const struct deadline *deadline)
{
	return connection->may_block && breaker_is_closed(&log_socket->breaker) &&
	       deadline->end_ns == 0 && deadline->timeout_ms * NS_PER_MS >= CONNECTION_WAIT_NS;
}

/* INHERITED: the connection was, as this attempt began. Then no send waits. */
static inline ALWAYS_INLINE int send_connected(const struct log_socket *log_socket,
					       struct connection *connection, struct parcel parcel,
					       struct deadline *deadline, bool inherited)
{
	const size_t size = parcel.message.size;
	const bool blocks = !inherited && may_block_at_once(log_socket, connection, deadline);
	const ssize_t n = send_parcel(connection, &parcel, blocks ? 0 : MSG_DONTWAIT);
	int r;

	if (LIKELY(n >= 0 && take_off(&parcel, (size_t)n, connection->is_stream)))
		return 0;
	if (n < 0 && n != -EAGAIN && n != -EINTR)
		return (int)n;
	if (n == -EAGAIN && (inherited || !breaker_allows_wait(&log_socket->breaker, deadline)))
		return -EAGAIN;
	if (n == -EAGAIN && blocks)
		deadline_spent(deadline, CONNECTION_WAIT_NS);
	r = send_waiting(connection, &parcel, deadline);
	/* A message sent in part ends with its connection: the next would continue its line. */
	return r == -EAGAIN && parcel.message.size < size ? -ETIMEDOUT : r;
}

static int absence(const struct log_socket *log_socket)
{
	return log_socket_was_there(log_socket) ? -ENOTCONN : -ENOENT;
}

/* Publishes BY. Returns false where another thread was faster: *connection is then its, or NULL. */
static bool replace_connection(struct log_socket *log_socket, struct connection **connection,
			       struct connection *by)
{
	struct connection *old = *connection;

	if (!atomic_compare_exchange_strong(&log_socket->connection, &old, by)) {
		*connection = old;
		return false;
	}
	if (old)
		connection_retire(old);
	*connection = by;
	return true;
}

static COLD void drop_connection(struct log_socket *log_socket, struct connection *connection)
{
	(void)replace_connection(log_socket, &connection, NULL);
}

/* Connects anew, in place of *connection, which is kept where connecting fails: after chroot(2) the
 * path is gone, and a socket connected before still works. */
static COLD int connect_anew(struct log_socket *log_socket, struct connection **connection,
			     int64_t now_ns)
{
	struct connection *opened = NULL;
	int r;

	if (seal_is_set())
		return *connection ? connection_keep(*connection) : absence(log_socket);
	r = connection_open_first(&opened, log_socket->paths, log_socket->may_stream, now_ns);
	atomic_store_explicit(&log_socket->forbidden, r == -EACCES, memory_order_relaxed);
	if (r == -ENOENT || r == -EACCES)
		r = absence(log_socket);
	/* After a first success retry_at_ns stays: another thread that has not yet seen the
	 * connection must not report the service as absent. */
	if (r == -ENOENT || r == -ENOTCONN || *connection)
		atomic_store_explicit(&log_socket->retry_at_ns, now_ns + LOG_SOCKET_AGAIN_NS,
				      memory_order_relaxed);
	if (r < 0)
		return *connection && owned_fd_is_valid(&(*connection)->socket)
			       ? connection_keep(*connection)
			       : r;

	atomic_store_explicit(&log_socket->taken, 0, memory_order_relaxed);
	atomic_store_explicit(&log_socket->seen, true, memory_order_relaxed);
	if (!replace_connection(log_socket, connection, opened))
		connection_retire(opened);
	return *connection ? 0 : -ENOTCONN;
}

static inline ALWAYS_INLINE bool is_current(struct connection *connection, int64_t now_ns)
{
	return atomic_load_explicit(&connection->checked_ns, memory_order_relaxed) == now_ns ||
	       connection_check(connection, now_ns);
}

static bool may_look(const struct log_socket *log_socket, int64_t now_ns)
{
	return now_ns >= atomic_load_explicit(&log_socket->retry_at_ns, memory_order_relaxed);
}

static bool is_read(const struct log_socket *log_socket, const struct connection *connection)
{
	return connection_is_read(connection,
				  atomic_load_explicit(&log_socket->taken, memory_order_relaxed));
}

/* Tells whether another service may have the path of a stuck one. */
static COLD bool is_worth_another(struct log_socket *log_socket,
				  const struct connection *connection, int64_t now_ns)
{
	if (!may_look(log_socket, now_ns))
		return false;
	if (!connection->is_stream || !is_read(log_socket, connection))
		return true;
	breaker_reset(&log_socket->breaker);
	return false;
}

/* Tells whether to connect anew: in a child, and where the service is stuck. */
static inline ALWAYS_INLINE bool wants_another(struct log_socket *log_socket,
					       struct connection *connection, int64_t now_ns)
{
	if (UNLIKELY(connection_is_inherited(connection)))
		return !connection_may_be_shared(connection);
	return UNLIKELY(!breaker_is_closed(&log_socket->breaker)) &&
	       is_worth_another(log_socket, connection, now_ns);
}

static inline ALWAYS_INLINE int find_connection(struct log_socket *log_socket, int64_t now_ns,
						struct connection **ret)
{
	*ret = atomic_load(&log_socket->connection);
	if (*ret && is_current(*ret, now_ns))
		return wants_another(log_socket, *ret, now_ns)
			       ? connect_anew(log_socket, ret, now_ns)
			       : 0;
	if (*ret) {
		drop_connection(log_socket, *ret);
		*ret = NULL;
		return connect_anew(log_socket, ret, now_ns);
	}
	return may_look(log_socket, now_ns) ? connect_anew(log_socket, ret, now_ns)
					    : absence(log_socket);
}

/* A stream service may have no room for another connection; no event tells when there is room. */
static __attribute__((__noinline__)) int
find_waiting(struct log_socket *log_socket, struct deadline *deadline, struct connection **ret)
{
	int r = -EAGAIN;

	while (r == -EAGAIN && breaker_allows_wait(&log_socket->breaker, deadline) &&
	       deadline_left_ns(deadline) > 0) {
		(void)poll(NULL, 0, NAP_MS);
		r = find_connection(log_socket, deadline_now_ns(deadline), ret);
	}
	return r < 0 || *ret ? r : -ENOTCONN;
}

static inline ALWAYS_INLINE int try_send(struct log_socket *log_socket, const struct parcel *parcel,
					 struct deadline *deadline, bool *ret_again)
{
	struct connection *connection;
	struct parcel whole = *parcel;
	bool inherited;
	int r = find_connection(log_socket, deadline_now_ns(deadline), &connection);

	if (UNLIKELY(r == -EAGAIN))
		r = find_waiting(log_socket, deadline, &connection);
	if (r < 0)
		return r;
	if (connection->is_stream && whole.message.size >= STREAM_MESSAGE_MAX)
		return -EMSGSIZE;
	if (connection->is_stream)
		whole.message.size++; /* its end */
	inherited = connection_is_inherited(connection);
	r = send_connected(log_socket, connection, whole, deadline, inherited);
	if (UNLIKELY(r < 0) && !seal_is_set() && connection_is_broken(connection, r)) {
		drop_connection(log_socket, connection);
		atomic_store_explicit(&log_socket->retry_at_ns, 0, memory_order_relaxed);
		*ret_again = r != -ETIMEDOUT;
	} else if (UNLIKELY(r == -EAGAIN)) {
		*ret_again = inherited;
	}
	return r == -ETIMEDOUT ? -EAGAIN : r;
}

/* Tries once more after the connection broke, for the service may have been restarted; and after an
 * inherited one was full, over one of our own. */
static COLD int try_again(struct log_socket *log_socket, const struct parcel *parcel,
			  struct deadline *deadline)
{
	bool again;

	return try_send(log_socket, parcel, deadline, &again);
}

/* Closes the breaker when the service reads. */
static COLD void note_success(struct log_socket *log_socket, size_t size)
{
	const struct connection *const connection = atomic_load(&log_socket->connection);

	atomic_fetch_add_explicit(&log_socket->taken, size, memory_order_relaxed);
	if (connection && is_read(log_socket, connection))
		breaker_reset(&log_socket->breaker);
}

static inline ALWAYS_INLINE int send_any(struct log_socket *log_socket, const struct parcel *parcel,
					 struct deadline *deadline)
{
	bool again = false;
	int r = try_send(log_socket, parcel, deadline, &again);

	if (UNLIKELY(again))
		r = try_again(log_socket, parcel, deadline);
	if (UNLIKELY(r == -EAGAIN)) {
		if (breaker_is_closed(&log_socket->breaker))
			atomic_store_explicit(&log_socket->taken, 0, memory_order_relaxed);
		breaker_trip(&log_socket->breaker, deadline);
	} else if (UNLIKELY(r == 0 && !breaker_is_closed(&log_socket->breaker))) {
		note_success(log_socket, parcel->message.size);
	}
	return r;
}

int log_socket_send(struct log_socket *log_socket, struct bytes message, struct deadline *deadline)
{
	return send_any(log_socket, &(struct parcel){ message, -1 }, deadline);
}

static COLD int write_otherwise(struct log_socket *log_socket, struct bytes message,
				struct deadline *deadline, int r)
{
	if (log_socket->send_large && (r == -EMSGSIZE || r == -ENOBUFS))
		r = log_socket->send_large(message, deadline);
	return r == 0 ? 1 : r == -ENOENT ? 0 : r;
}

int log_socket_write(struct log_socket *log_socket, struct bytes message, struct deadline *deadline)
{
	const int r = send_any(log_socket, &(struct parcel){ message, -1 }, deadline);

	return LIKELY(r == 0) ? 1 : write_otherwise(log_socket, message, deadline, r);
}

int log_socket_send_fd(struct log_socket *log_socket, int fd, struct deadline *deadline)
{
	return send_any(log_socket, &(struct parcel){ { NULL, 0 }, fd }, deadline);
}

void log_socket_after_fork(struct log_socket *log_socket)
{
	struct connection *connection = atomic_load(&log_socket->connection);

	if (connection)
		connection_after_fork(connection);
	atomic_store(&log_socket->retry_at_ns, 0);
}

void log_socket_renew(struct log_socket *log_socket)
{
	struct connection *connection = atomic_load(&log_socket->connection);

	if (connection)
		connection_renew(connection);
}

void log_socket_connect(struct log_socket *log_socket)
{
	struct connection *connection;

	log_socket_renew(log_socket);
	(void)find_connection(log_socket, clock_coarse_ns(), &connection);
}

void log_socket_close(struct log_socket *log_socket)
{
	drop_connection(log_socket, atomic_load(&log_socket->connection));
	breaker_reset(&log_socket->breaker);
	atomic_store(&log_socket->retry_at_ns, 0);
}
