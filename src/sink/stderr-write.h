/* SPDX-License-Identifier: MIT */
/* stderr-write: bytes to descriptor 2, without waiting and without a signal. */
#pragma once

#include <sys/types.h>

#include "base/strbuf.h"
#include "sink/stderr-fd.h"

/* Tries one write, which does not wait. Returns how many bytes went out, or a negative errno.
 * Raises no signal. */
ssize_t stderr_write_some(const struct stderr_probe *probe, struct bytes bytes);

/* Opens what the writes to a descriptor of that kind need, before the process is sealed. From then on a
 * write is one system call, but to a pipe, where SIGPIPE is held. */
void stderr_seal_writing(enum stderr_kind kind);
