/* SPDX-License-Identifier: MIT */
#include "sink/stderr-fd.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/compiler.h"

#define LOOK_AGAIN_NS NS_PER_S

/* A moment at which the descriptor was looked at has the answers in place of its last bits. */
enum { IS_TERMINAL = 1, IS_JOURNAL = 2, ANSWER_BITS = 3 };

/* A child inherits all of it: its environment and its descriptor 2 are the parent's. */
static HOT_DATA struct {
	/* What the environment said. */
	_Atomic dev_t journal_device;
	_Atomic ino_t journal_inode; /* 0: JOURNAL_STREAM names none */
	atomic_bool no_color;

	atomic_llong looked; /* 0: look with the next question */
	atomic_bool refuses_nowait;
} standard_error;

/* "DEVICE:INODE", in decimal. */
static void parse_journal_stream(const char *stream)
{
	char *end;
	const unsigned long long device = strtoull(stream, &end, 10);
	unsigned long long inode;

	if (end == stream || *end != ':')
		return;
	stream = end + 1;
	inode = strtoull(stream, &end, 10);
	if (end == stream || *end != '\0')
		return;
	standard_error.journal_device = (dev_t)device;
	standard_error.journal_inode = (ino_t)inode;
}

void stderr_read_environment(void)
{
	const char *const stream = getenv("JOURNAL_STREAM");
	const char *const color = getenv("NO_COLOR");

	standard_error.journal_inode = 0;
	if (stream)
		parse_journal_stream(stream);
	standard_error.no_color = color && *color;
	stderr_invalidate();
}

bool stderr_no_color(void)
{
	return standard_error.no_color;
}

static bool is_null_device(const struct stat *status)
{
	return status->st_rdev == makedev(1, 3);
}

static enum stderr_kind kind_of(const struct stat *status)
{
	if (S_ISFIFO(status->st_mode))
		return STDERR_PIPE;
	if (S_ISSOCK(status->st_mode))
		return STDERR_SOCKET;
	if (S_ISCHR(status->st_mode) && is_null_device(status))
		return STDERR_NONE;
	return STDERR_PLAIN;
}

static bool is_journal_stream(const struct stat *status)
{
	return standard_error.journal_inode != 0 &&
	       status->st_dev == standard_error.journal_device &&
	       status->st_ino == standard_error.journal_inode;
}

struct stderr_probe stderr_probe(void)
{
	struct stderr_probe look = { .kind = STDERR_NONE };
	struct stat status;

	if (fstat(STDERR_FILENO, &status) < 0)
		return look;
	look.kind = kind_of(&status);
	look.is_terminal =
		look.kind == STDERR_PLAIN && S_ISCHR(status.st_mode) && isatty(STDERR_FILENO);
	look.is_journal = look.kind == STDERR_SOCKET && is_journal_stream(&status);
	return look;
}

void stderr_invalidate(void)
{
	atomic_store_explicit(&standard_error.looked, 0, memory_order_relaxed);
}

static bool answer(unsigned bit, int64_t now_ns)
{
	int64_t last = atomic_load_explicit(&standard_error.looked, memory_order_relaxed);

	if (last == 0 || now_ns - last > LOOK_AGAIN_NS) {
		const struct stderr_probe look = stderr_probe();

		last = (now_ns & ~(int64_t)ANSWER_BITS) | (look.is_terminal ? IS_TERMINAL : 0) |
		       (look.is_journal ? IS_JOURNAL : 0);
		atomic_store_explicit(&standard_error.looked, last, memory_order_relaxed);
	}
	return (last & bit) != 0;
}

bool stderr_is_terminal(int64_t now_ns)
{
	return answer(IS_TERMINAL, now_ns);
}

bool stderr_is_journal(int64_t now_ns)
{
	return answer(IS_JOURNAL, now_ns);
}

bool stderr_leads_to_journald(void)
{
	static const char path[] = "/run/systemd/journal/stdout";
	struct sockaddr_un peer = { .sun_family = AF_UNSPEC };
	socklen_t size = sizeof(peer);

	if (stderr_probe().is_journal)
		return true;
	return getpeername(STDERR_FILENO, (struct sockaddr *)&peer, &size) == 0 &&
	       peer.sun_family == AF_UNIX &&
	       size >= offsetof(struct sockaddr_un, sun_path) + sizeof(path) - 1 &&
	       memcmp(peer.sun_path, path, sizeof(path) - 1) == 0;
}

/* ---- Writing -------------------------------------------------------------------------------- */

/* A signal that a write would raise is blocked around the write, and taken away if the write raised
 * it. */
struct held_signal {
	int signal;
	bool was_pending; /* not raised by the write: left pending */
	sigset_t mask;    /* the thread's before */
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
	/* A signal that was not blocked cannot be pending. */
	held.was_pending = sigismember(&held.mask, signal) == 1 && sigpending(&pending) == 0 &&
			   sigismember(&pending, signal) == 1;
	return held;
}

static void release_signal(const struct held_signal *held, bool was_raised)
{
	static const struct timespec no_time;
	const sigset_t set = set_of(held->signal);

	if (was_raised && !held->was_pending)
		(void)sigtimedwait(&set, NULL, &no_time);
	(void)pthread_sigmask(SIG_SETMASK, &held->mask, NULL);
}

static ssize_t result_of(ssize_t n)
{
	return n < 0 ? -errno : n;
}

/* A file at its limit (RLIMIT_FSIZE) raises SIGXFSZ. */
static ssize_t write_plain(struct bytes bytes)
{
	const struct held_signal held = hold_signal(SIGXFSZ);
	const ssize_t n = result_of(write(STDERR_FILENO, bytes.data, bytes.size));

	release_signal(&held, n == -EFBIG);
	return n;
}

/* O_NONBLOCK belongs to the file description, which other programs share: a pipe opened anew has
 * one of our own. */
static ssize_t write_reopened(struct bytes bytes)
{
	AUTO_CLOSE const int fd =
		open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);

	return fd < 0 ? -EOPNOTSUPP : result_of(write(fd, bytes.data, bytes.size));
}

/* A pipe that poll(2) calls writable takes PIPE_BUF bytes without blocking, unless another writer
 * fills it in between. */
static ssize_t write_polled(struct bytes bytes)
{
	struct pollfd state = { .fd = STDERR_FILENO, .events = POLLOUT };
	const size_t size = bytes.size < PIPE_BUF ? bytes.size : PIPE_BUF;

	if (poll(&state, 1, 0) <= 0)
		return -EAGAIN;
	return result_of(write(STDERR_FILENO, bytes.data, size));
}

/* Some kernels refuse RWF_NOWAIT on pipes. */
static ssize_t write_nowait(struct bytes bytes)
{
	const struct iovec part = { .iov_base = (void *)(uintptr_t)bytes.data,
				    .iov_len = bytes.size };
	ssize_t n;

	if (!atomic_load_explicit(&standard_error.refuses_nowait, memory_order_relaxed)) {
		n = result_of(pwritev2(STDERR_FILENO, &part, 1, -1, RWF_NOWAIT));
		if (n != -EOPNOTSUPP && n != -ENOSYS)
			return n;
		atomic_store_explicit(&standard_error.refuses_nowait, true, memory_order_relaxed);
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
