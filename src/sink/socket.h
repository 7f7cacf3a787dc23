/* SPDX-License-Identifier: MIT */
/* socket: a connected socket to a local log service, and all that can go wrong with one.
 *
 * The descriptor has a high number and an identity that is checked after a fork and once a tick of
 * the coarse clock: a file that got the number after the program closed it receives no byte. A
 * socket connects again, once a call, on errors that say that the service went away. No lock: a
 * connection is published whole, and retired when no call uses it any more. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"
#include "base/strbuf.h"
#include "sink/connection.h"
#include "sink/deadline.h"

/* How often a service that is absent or stuck is looked for. */
#define LOG_SOCKET_AGAIN_NS (NS_PER_S / 4)

struct log_socket {
	const char *const *paths; /* tried in this order; ends with NULL */
	bool may_stream;          /* SOCK_STREAM where the service does not take datagrams */
	/* Sends a message that is too large for a datagram; or NULL. Returns as log_socket_send(). */
	int (*send_large)(struct bytes message, struct deadline *deadline);
	_Atomic(struct connection *) connection;
	struct breaker breaker;
	atomic_size_t taken;      /* bytes, by the connection since the breaker opened */
	atomic_bool seen;         /* the service, since the program began; a child inherits it */
	atomic_bool forbidden;    /* absent, for its socket may not be used: for mplog status */
	atomic_llong retry_at_ns; /* when an absent service is looked for again */
};

/* Has the next record connect a socket of our own, where the connection is inherited. */
void log_socket_renew(struct log_socket *log_socket);

/* Tells whether the service existed since the program began. */
static inline bool log_socket_was_there(const struct log_socket *log_socket)
{
	return atomic_load_explicit(&log_socket->seen, memory_order_relaxed);
}

/* Returns whether the service does not exist and is not looked for at this moment: a message would find
 * none. Changes nothing. */
static inline bool log_socket_is_missing(const struct log_socket *log_socket, int64_t now_ns)
{
	return !atomic_load_explicit(&log_socket->connection, memory_order_relaxed) &&
	       now_ns < atomic_load_explicit(&log_socket->retry_at_ns, memory_order_relaxed);
}

/* Returns whether it did not exist before either. */
static inline bool log_socket_is_absent(const struct log_socket *log_socket, int64_t now_ns)
{
	return log_socket_is_missing(log_socket, now_ns) && !log_socket_was_there(log_socket);
}

/* Puts off the search for a service that would not be used if it were found. */
static inline void log_socket_postpone(struct log_socket *log_socket, int64_t now_ns)
{
	if (!log_socket_is_missing(log_socket, now_ns))
		atomic_store_explicit(&log_socket->retry_at_ns, now_ns + LOG_SOCKET_AGAIN_NS,
				      memory_order_relaxed);
}

/* Sends one message. A zero byte has to follow it: a stream sends that as the message's end. Called
 * inside of epoch_enter(). Returns 0, or
 *   -EAGAIN     full until the deadline
 *   -EMSGSIZE   too large for a datagram, or to be sent whole on a stream
 *   -ENOBUFS    likewise
 *   -ENOENT     there is no service, nor was there one
 *   -ENOTCONN   the service is gone
 * or another negative errno. */
int log_socket_send(struct log_socket *log_socket, struct bytes message, struct deadline *deadline);

/* Sends one message, and returns as a sink's write. */
int log_socket_write(struct log_socket *log_socket, struct bytes message,
		     struct deadline *deadline);

/* Sends a descriptor alone (the journal's way for large records). Returns as log_socket_send(). */
int log_socket_send_fd(struct log_socket *log_socket, int fd, struct deadline *deadline);

/* Has the record after the next one connect anew, in a new child. Async-signal-safe. The breaker stays:
 * a service that is stuck is stuck for the child too. */
void log_socket_after_fork(struct log_socket *log_socket);

/* Connects before the first message: the process may not be able to later. */
void log_socket_connect(struct log_socket *log_socket);

/* Closes the connection; the next message connects again. */
void log_socket_close(struct log_socket *log_socket);
