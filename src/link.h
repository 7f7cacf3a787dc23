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

#include "sink.h"

struct connection;

struct link {
	const char *const *paths; /* tried in this order; ends with NULL */
	bool may_stream;          /* SOCK_STREAM where the service does not take datagrams */
	_Atomic(struct connection *) connection;
	atomic_bool stuck;        /* the last deadline was missed */
	atomic_bool inherited;    /* the parent's: connect one of our own when the path is there */
	atomic_llong absent_until_ns; /* not looked for again before: no look-up a record */
};

/* Sends one message. Returns 0, -EAGAIN (full until the deadline), -EMSGSIZE (too large for a
 * datagram), -ENOENT where there is no service, or another negative errno. */
int link_send(struct link *link, struct bytes message, struct deadline *deadline);

/* Sends a descriptor alone (the journal's way for large records). Likewise. */
int link_send_fd(struct link *link, int fd, struct deadline *deadline);

/* Whether the connection is a stream: messages need an end of their own. Connects if need be. */
bool link_is_stream(struct link *link);

void link_renew(struct link *link);
void link_close(struct link *link);
