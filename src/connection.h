/* SPDX-License-Identifier: MIT */
/* connection: one connected socket, at a high number, with an identity. Never changed once made. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "descriptor.h"
#include "epoch.h"

struct connection {
	struct retired retired;
	struct descriptor socket;
	bool is_stream;
	/* Whether a blocking send ends after CONNECTION_WAIT_NS. */
	bool may_block;
	/* The tick of the coarse clock when it was last known to be ours. */
	atomic_llong checked_ns;
};

/* The kernel wakes who waits in a blocking send one after the other, poll(2) wakes them all. But
 * the time-out belongs to the socket, which threads and children share: it is a short one, never
 * changed, and who has more time sends again and again. */
#define CONNECTION_WAIT_NS INT64_C(50000000)

/* Returns 0 or a negative errno. may_stream: SOCK_STREAM where the service takes no datagrams. */
int connection_open(struct connection **ret, const char *path, bool may_stream);

/* Closed and freed once no call uses it any more; nobody may be able to find it. */
void connection_retire(struct connection *connection);
