/* SPDX-License-Identifier: MIT */
/* link: a connected socket to a local log service, and all that can go wrong with one.
 *
 * Its descriptor has a high number and an identity that is checked after a fork and once a tick of
 * the coarse clock, so that not a byte reaches a stranger who took the number. It is connected
 * again on the errors that say that the service went away, once a call. It needs no lock: a
 * connection is published whole, and retired when no call uses it any more. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "connection.h"
#include "deadline.h"
#include "text.h"

struct link {
	const char *const *paths; /* tried in this order; ends with NULL */
	bool may_stream;          /* SOCK_STREAM where the service does not take datagrams */
	/* The way of a message that is too large for a datagram; or NULL. Returns as link_send(). */
	int (*send_large)(struct bytes message, struct deadline *deadline);
	_Atomic(struct connection *) connection;
	struct patience patience;
	atomic_bool inherited; /* the parent's: connect one of our own when the path is there */
	atomic_bool was_there; /* since the program began, in this process or those before it */
	atomic_llong not_before_ns; /* the service is not looked for again: no look-up a record */
};

/* Sends one message. The byte behind it has to be there: on a stream it is sent as the message's
 * end. Called inside of epoch_enter(). Returns 0, or
 *   -EAGAIN     full until the deadline
 *   -EMSGSIZE   too large for a datagram, or to be sent whole on a stream
 *   -ENOBUFS    likewise
 *   -ENOENT     there is no service, nor was there one
 *   -ENOTCONN   the service is gone
 * or another negative errno. */
int link_send(struct link *link, struct bytes message, struct deadline *deadline);

/* The same, and returns as a sink's write. */
int link_write(struct link *link, struct bytes message, struct deadline *deadline);

/* Sends a descriptor alone (the journal's way for large records). Likewise. */
int link_send_fd(struct link *link, int fd, struct deadline *deadline);

void link_renew(struct link *link);
void link_close(struct link *link);
