/* SPDX-License-Identifier: MIT */
#include "sink/stderr-write.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/compiler.h"
#include "base/fd.h"
#include "process/seal.h"

/* A signal that a write would raise is blocked around the write, and taken away if the write raised
 * it. */
struct held_signal {
	int signal;
	sigset_t set;     /* that signal */
	sigset_t mask;    /* the thread's before */
	bool was_pending; /* not raised by the write: left pending */
};

static void hold_signal(struct held_signal *held, int signal)
{
	sigset_t pending;

	held->signal = signal;
	(void)sigemptyset(&held->set);
	(void)sigaddset(&held->set, signal);
	(void)pthread_sigmask(SIG_BLOCK, &held->set, &held->mask);
	/* A signal that was not blocked cannot be pending. */
	held->was_pending = sigismember(&held->mask, signal) == 1 && sigpending(&pending) == 0 &&
			    sigismember(&pending, signal) == 1;
}

static void release_signal(const struct held_signal *held, bool was_raised)
{
	static const struct timespec no_time;
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	struct sigaction before;

	/* Where a sandbox refuses to wait: a signal that is ignored for a moment is gone too. */
	if (was_raised && !held->was_pending && sigtimedwait(&held->set, NULL, &no_time) < 0 &&
	    errno != EAGAIN && sigaction(held->signal, &ignore, &before) == 0)
		(void)sigaction(held->signal, &before, NULL);
	(void)pthread_sigmask(SIG_SETMASK, &held->mask, NULL);
}

static ssize_t write_here(struct bytes bytes)
{
	return stderr_result_of(write(STDERR_FILENO, bytes.data, bytes.size));
}

static ssize_t write_holding_limit(struct bytes bytes)
{
	struct held_signal held;
	ssize_t n;

	hold_signal(&held, SIGXFSZ);
	n = write_here(bytes);
	release_signal(&held, n == -EFBIG);
	return n;
}

static int device_of_terminal(int fd)
{
	int device = -1;

	return ioctl(fd, TIOCGDEV, &device) == 0 ? device : -errno;
}

/* For a terminal of another user, as after su(1), or where /proc is not mounted. */
static int open_controlling_terminal(void)
{
	AUTO_CLOSE int fd = open("/dev/tty", O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);

	return fd >= 0 && device_of_terminal(fd) == device_of_terminal(STDERR_FILENO) ? take_fd(&fd)
										      : -1;
}

/* O_NONBLOCK belongs to the file description, which other programs share: opened anew, a pipe or a
 * terminal has one of our own. */
static int open_nonblocking(enum stderr_kind kind)
{
	const int fd = open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);

	return fd < 0 && kind == STDERR_TERMINAL ? open_controlling_terminal() : fd;
}

/* A sealed process has the description at hand. Without one it does not write to a pipe or terminal. */
static struct owned_fd sealed = OWNED_FD_NONE;

static ssize_t write_sealed(struct bytes bytes)
{
	return sealed.fd < 0 ? -EAGAIN : stderr_result_of(write(sealed.fd, bytes.data, bytes.size));
}

void stderr_seal_writing(enum stderr_kind kind)
{
	const int fd = kind == STDERR_PIPE || kind == STDERR_TERMINAL ? open_nonblocking(kind) : -1;

	owned_fd_close(&sealed);
	if (fd >= 0)
		owned_fd_take(&sealed, fd);
}

/* A pipe that poll(2) calls writable takes PIPE_BUF bytes without blocking, unless another writer fills
 * it in between. */
static ssize_t write_otherwise(enum stderr_kind kind, struct bytes bytes)
{
	struct pollfd state = { .fd = STDERR_FILENO, .events = POLLOUT };
	AUTO_CLOSE const int fd = open_nonblocking(kind);

	if (fd >= 0)
		return stderr_result_of(write(fd, bytes.data, bytes.size));
	if (poll(&state, 1, 0) == 0)
		return -EAGAIN;
	if (bytes.size > PIPE_BUF)
		bytes.size = PIPE_BUF;
	return write_here(bytes);
}

HOT_DATA _Atomic int stderr_way = STDERR_NOSIGNAL;

#ifdef RWF_NOWAIT
/* While SIGPIPE is held. */
static ssize_t write_nowait(struct bytes bytes)
{
	ssize_t n;

	if (atomic_load_explicit(&stderr_way, memory_order_relaxed) == STDERR_OTHERWISE)
		return write_otherwise(STDERR_PIPE, bytes);
	n = stderr_write_flagged(bytes, RWF_NOWAIT);
	if (!stderr_is_refusal(n))
		return n;
	atomic_store_explicit(&stderr_way, STDERR_OTHERWISE, memory_order_relaxed);
	return write_otherwise(STDERR_PIPE, bytes);
}
#else /* musl before 1.2.5 */
static ssize_t write_nowait(struct bytes bytes)
{
	return write_otherwise(STDERR_PIPE, bytes);
}
#endif

static COLD ssize_t write_holding_pipe(struct bytes bytes)
{
	struct held_signal held;
	ssize_t n;

	hold_signal(&held, SIGPIPE);
	n = seal_is_set() ? write_sealed(bytes) : write_nowait(bytes);
	release_signal(&held, n == -EPIPE);
	return n;
}

static ssize_t write_plain(const struct stderr_probe *probe, struct bytes bytes)
{
	if (seal_is_set())
		return write_here(bytes);
	if (atomic_load_explicit(&stderr_way, memory_order_relaxed) != STDERR_NOSIGNAL)
		stderr_look_always();
	return probe->is_limited ? write_holding_limit(bytes) : write_here(bytes);
}

ssize_t stderr_write_otherwise(const struct stderr_probe *probe, struct bytes bytes)
{
	switch (probe->kind) {
	case STDERR_PIPE:
		return write_holding_pipe(bytes);
	case STDERR_SOCKET:
		return stderr_result_of(
			send(STDERR_FILENO, bytes.data, bytes.size, MSG_DONTWAIT | MSG_NOSIGNAL));
	case STDERR_TERMINAL:
		return seal_is_set() ? write_sealed(bytes) : write_otherwise(probe->kind, bytes);
	case STDERR_PLAIN:
		return write_plain(probe, bytes);
	default:
		return -EBADF;
	}
}
