/* SPDX-License-Identifier: MIT */
/* stderr-write: bytes to descriptor 2, without waiting and without a signal. */
#pragma once

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/compiler.h"
#include "base/strbuf.h"
#include "process/seal.h"
#include "sink/stderr-fd.h"

/* Ways to write without a signal, each for where the ones before are refused. A child inherits the way,
 * for its kernel and its sandbox are the same. */
enum stderr_way { STDERR_NOSIGNAL, STDERR_NOWAIT, STDERR_OTHERWISE };

extern _Atomic int stderr_way;

/* Does what stderr_write_once() does, where that may take more than one system call. */
COLD ssize_t stderr_write_otherwise(const struct stderr_probe *probe, struct bytes bytes);

static inline ssize_t stderr_result_of(ssize_t n)
{
	return n < 0 ? -errno : n;
}

#ifdef RWF_NOWAIT
#ifndef RWF_NOSIGNAL
#define RWF_NOSIGNAL 0x00000100 /* of Linux 6.18: no SIGPIPE */
#endif

static inline ALWAYS_INLINE ssize_t stderr_write_flagged(struct bytes bytes, int flags)
{
	const struct iovec part = { .iov_base = (void *)(uintptr_t)bytes.data,
				    .iov_len = bytes.size };

	return stderr_result_of(pwritev2(STDERR_FILENO, &part, 1, -1, flags));
}

/* Old kernels and sandboxes refuse pwritev2(2) with any error: no verdict on the descriptor. Errors of
 * files that are full, or of pipes, are none of theirs. */
static inline bool stderr_is_refusal(ssize_t n)
{
	switch (n) {
	case -EAGAIN:
	case -EINTR:
	case -EPIPE:
	case -ENOSPC:
	case -EDQUOT:
	case -EFBIG:
	case -EIO:
		return false;
	default:
		return n < 0;
	}
}

/* The flag is for files too: a pipe without a reader may have taken their place in this tick. */
static inline ALWAYS_INLINE ssize_t stderr_write_nosignal(const struct stderr_probe *probe,
							  struct bytes bytes, int flags)
{
	const ssize_t n = stderr_write_flagged(bytes, flags | RWF_NOSIGNAL);

	if (LIKELY(!stderr_is_refusal(n)))
		return n;
	/* A kernel that does not know the flag has written nothing. */
	atomic_store_explicit(&stderr_way, STDERR_NOWAIT, memory_order_relaxed);
	return stderr_write_otherwise(probe, bytes);
}

/* Tries one write, which does not wait. Returns how many bytes went out, or a negative errno.
 * Raises no signal. Inline for what returns after a system call, see compiler.h. */
static inline ALWAYS_INLINE ssize_t stderr_write_once(const struct stderr_probe *probe,
						      struct bytes bytes)
{
	const bool is_usual =
		atomic_load_explicit(&stderr_way, memory_order_relaxed) == STDERR_NOSIGNAL &&
		!seal_is_set();

	if (is_usual && probe->kind == STDERR_PIPE)
		return stderr_write_nosignal(probe, bytes, RWF_NOWAIT);
	if (is_usual && probe->kind == STDERR_PLAIN && !probe->is_limited)
		return stderr_write_nosignal(probe, bytes, 0);
	return stderr_write_otherwise(probe, bytes);
}
#else /* musl before 1.2.5 */
#define stderr_write_once stderr_write_otherwise
#endif

/* Opens what the writes to a descriptor of that kind need, before the process is sealed. From then on a
 * write is one system call, but to a pipe, where SIGPIPE is held. */
void stderr_seal_writing(enum stderr_kind kind);
