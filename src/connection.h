/* SPDX-License-Identifier: MIT */
/* connection: one connected socket, at a high number, with an identity. Never changed once made. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>

#include "descriptor.h"
#include "epoch.h"

struct connection {
	struct retired retired;
	struct descriptor socket;
	bool is_stream;
	/* The tick of the coarse clock when it was last known to be ours. */
	atomic_llong checked_ns;
};

/* Returns 0 or a negative errno. may_stream: SOCK_STREAM where the service takes no datagrams. */
int connection_open(struct connection **ret, const char *path, bool may_stream);

/* Closed and freed once no call uses it any more; nobody may be able to find it. */
void connection_retire(struct connection *connection);
