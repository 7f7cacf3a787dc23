/* SPDX-License-Identifier: MIT */
/* connection: one connected socket, at a high number, with an identity. A send on it waits for 50 ms at
 * most. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/fd.h"
#include "process/epoch.h"

/* A parent's connection has a buffer that is shared with all who inherit it. A child that logs once uses
 * it as it is; a second record, and one for which it is full, connects a socket of the child's own. */
enum connection_origin { CONNECTION_OWN, CONNECTION_INHERITED_USED, CONNECTION_INHERITED };

struct connection {
	struct retired retired;
	struct owned_fd socket;
	bool is_stream;
	bool may_block;          /* a blocking send ends after CONNECTION_WAIT_NS */
	_Atomic int origin;      /* enum connection_origin */
	atomic_llong checked_ns; /* the coarse clock at the last check of the identity */
};

static inline bool connection_is_inherited(const struct connection *connection)
{
	return atomic_load_explicit(&connection->origin, memory_order_relaxed) != CONNECTION_OWN;
}

/* Marks the connection as our own, for no other could be had. Returns 0. */
static inline int connection_keep(struct connection *connection)
{
	atomic_store_explicit(&connection->origin, CONNECTION_OWN, memory_order_relaxed);
	return 0;
}

/* Values of checked_ns that no tick of the clock has. */
enum { CONNECTION_AFTER_FORK = 0, CONNECTION_ALWAYS = -1 };

/* A blocking send(2) wakes waiters one by one; poll(2) wakes all of them. SO_SNDTIMEO is shared with
 * every process that inherited the socket: it is short and never changes, and a caller with more
 * time sends again. */
#define CONNECTION_WAIT_NS INT64_C(50000000)

/* Connects. MAY_STREAM: by SOCK_STREAM where the service takes no datagrams. Returns 0 or a negative
 * errno. */
int connection_open(struct connection **ret, const char *path, bool may_stream);

/* Connects to the first of PATHS, which end with NULL, that has a service. Returns as
 * connection_open(), and -ENOENT where none has, or -EACCES where one may not be used. */
int connection_open_first(struct connection **ret, const char *const *paths, bool may_stream,
			  int64_t now_ns);

/* Tells whether the number still stands for the socket. */
COLD bool connection_is_ours(const struct connection *connection);

/* Likewise, and notes when that was: so no record checks again before the next tick, unless the
 * program has ever closed a descriptor of the library's. */
COLD bool connection_check(struct connection *connection, int64_t now_ns);

/* Tells, by the negative errno of a send, whether the service ended the connection, or the program closed
 * its descriptor. */
COLD bool connection_is_broken(const struct connection *connection, int error);

/* Tells whether one more message may use a connection that is inherited: none on a stream, for a message
 * sent in part would end in one of the parent's. */
COLD bool connection_may_be_shared(struct connection *connection);

/* Marks the connection as inherited, in a new child. Async-signal-safe. */
void connection_after_fork(struct connection *connection);

/* Lets no further message use the connection where it is inherited. */
void connection_renew(struct connection *connection);

/* Tells whether the service reads what the connection takes. A stream takes what its buffer holds
 * from anyone, read or not; TAKEN bytes are more than what the buffer still holds. */
bool connection_is_read(const struct connection *connection, size_t taken);

/* Sends a descriptor alone. Returns as sendmsg(2); raises no SIGPIPE. */
COLD ssize_t connection_send_fd(const struct connection *connection, int fd, int flags);

/* Closes and frees a connection that no new call can find, when no call uses it any more. */
void connection_retire(struct connection *connection);
