/* SPDX-License-Identifier: MIT */
#include "standard-error.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "cleanup.h"

/* A signal that a write would raise is held back around it, and taken away if it was ours. */
struct held_signal {
	int signal;
	bool is_foreign; /* it was pending already */
	sigset_t mask;   /* as it was */
};

static sigset_t set_of(int signal)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, signal);
	return set;
}

static struct held_signal hold_signal(int signal)
{
	struct held_signal held = { .signal = signal };
	const sigset_t set = set_of(signal);
	sigset_t pending;

	(void)pthread_sigmask(SIG_BLOCK, &set, &held.mask);
	/* One that was not blocked cannot be pending. */
	held.is_foreign = sigismember(&held.mask, signal) == 1 && sigpending(&pending) == 0 &&
			  sigismember(&pending, signal) == 1;
	return held;
}

static void release_signal(const struct held_signal *held, bool was_raised)
{
	static const struct timespec no_time;
	const sigset_t set = set_of(held->signal);

	if (was_raised && !held->is_foreign)
		(void)sigtimedwait(&set, NULL, &no_time);
	(void)pthread_sigmask(SIG_SETMASK, &held->mask, NULL);
}

static ssize_t result_of(ssize_t n)
{
	return n < 0 ? -errno : n;
}

/* A file may be at its limit (RLIMIT_FSIZE). */
static ssize_t write_plain(struct bytes bytes)
{
	const struct held_signal held = hold_signal(SIGXFSZ);
	const ssize_t n = result_of(write(STDERR_FILENO, bytes.data, bytes.size));

	release_signal(&held, n == -EFBIG);
	return n;
}

/* A file description of one's own may be non-blocking; the one of standard error is shared with
 * programs that may not like it. */
static ssize_t write_reopened(struct bytes bytes)
{
	AUTO_CLOSE const int fd =
		open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);

	return fd < 0 ? -EOPNOTSUPP : result_of(write(fd, bytes.data, bytes.size));
}

/* What poll(2) calls writable takes PIPE_BUF bytes, as long as nobody else is as fast. */
static ssize_t write_polled(struct bytes bytes)
{
	struct pollfd state = { .fd = STDERR_FILENO, .events = POLLOUT };
	const size_t size = bytes.size < PIPE_BUF ? bytes.size : PIPE_BUF;

	if (poll(&state, 1, 0) <= 0)
		return -EAGAIN;
	return result_of(write(STDERR_FILENO, bytes.data, size));
}

/* Not every kernel knows pipes that for one write do not block. */
static ssize_t write_nowait(struct bytes bytes)
{
	static atomic_bool is_refused;
	const struct iovec part = { .iov_base = (void *)(uintptr_t)bytes.data,
				    .iov_len = bytes.size };
	ssize_t n;

	if (!atomic_load_explicit(&is_refused, memory_order_relaxed)) {
		n = result_of(pwritev2(STDERR_FILENO, &part, 1, -1, RWF_NOWAIT));
		if (n != -EOPNOTSUPP && n != -ENOSYS)
			return n;
		atomic_store_explicit(&is_refused, true, memory_order_relaxed);
	}
	n = write_reopened(bytes);
	return n == -EOPNOTSUPP ? write_polled(bytes) : n;
}

static ssize_t write_pipe(struct bytes bytes)
{
	const struct held_signal held = hold_signal(SIGPIPE);
	const ssize_t n = write_nowait(bytes);

	release_signal(&held, n == -EPIPE);
	return n;
}

static ssize_t write_socket(struct bytes bytes)
{
	return result_of(send(STDERR_FILENO, bytes.data, bytes.size, MSG_DONTWAIT | MSG_NOSIGNAL));
}

ssize_t stderr_write_some(enum stderr_kind kind, struct bytes bytes)
{
	switch (kind) {
	case STDERR_PIPE:
		return write_pipe(bytes);
	case STDERR_SOCKET:
		return write_socket(bytes);
	case STDERR_PLAIN:
		return write_plain(bytes);
	default:
		return -EBADF;
	}
}
