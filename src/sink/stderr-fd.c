/* SPDX-License-Identifier: MIT */
#include "sink/stderr-fd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/compiler.h"
#include "process/seal.h"

#define LOOK_AGAIN_NS NS_PER_S

/* A descriptor that was found is one word, so that no thread reads half of it: what the descriptor is
 * in the low bits, and its identity in the others. */
enum {
	FOUND_KIND = 7,
	FOUND_JOURNAL = 8,
	FOUND_STRANGER = 16,
	FOUND_LIMITED = 32,
	FOUND_BITS = 63,
	FOUND_ANY = 64,
};

/* A child inherits all of it: its environment and its descriptor 2 are the parent's. */
static HOT_DATA struct {
	/* What the environment said. */
	_Atomic dev_t journal_device;
	_Atomic ino_t journal_inode; /* 0: JOURNAL_STREAM names none */
	atomic_bool no_color;

	_Atomic uint64_t known; /* the identity of standard error; 0: it was closed */
	_Atomic uint64_t found; /* what the last look found */
	atomic_llong looked_ns; /* 0: look with the next question */
	/* The tick of the coarse clock that had the last fstat(2); 0: none. */
	atomic_llong checked_ns;
	/* Each record looks: the program closed it, or put a stranger in its place; or a write to
	 * what has taken its place in this tick could raise a signal. */
	atomic_bool is_unsteady;
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

static void read_environment(void)
{
	const char *const stream = getenv("JOURNAL_STREAM");
	const char *const color = getenv("NO_COLOR");

	standard_error.journal_inode = 0;
	if (stream)
		parse_journal_stream(stream);
	standard_error.no_color = color && *color;
}

bool stderr_no_color(void)
{
	return standard_error.no_color;
}

static enum stderr_kind kind_of(const struct stat *status)
{
	if (S_ISFIFO(status->st_mode))
		return STDERR_PIPE;
	if (S_ISSOCK(status->st_mode))
		return STDERR_SOCKET;
	if (S_ISCHR(status->st_mode) && status->st_rdev == makedev(1, 3)) /* /dev/null */
		return STDERR_NONE;
	return S_ISCHR(status->st_mode) && isatty(STDERR_FILENO) ? STDERR_TERMINAL : STDERR_PLAIN;
}

/* O_RDONLY ...; O_WRONLY where a sandbox does not tell. */
static int access_mode(void)
{
	const int flags = fcntl(STDERR_FILENO, F_GETFL);

	return flags < 0 ? O_WRONLY : flags & O_ACCMODE;
}

/* A file system gives the number of a removed file to the next one: a data file that has the number of a
 * log file is not opened for writing alone. */
static uint64_t identity_of(const struct stat *status)
{
	static const uint64_t odd = UINT64_C(0x9e3779b97f4a7c15);
	const uint64_t file = ((status->st_ino * odd) ^ status->st_dev) * odd;
	const unsigned mode = S_ISREG(status->st_mode) ? (unsigned)access_mode() : 0;

	return (((file + mode) * odd) & ~(uint64_t)FOUND_BITS) | FOUND_ANY;
}

static bool is_close_on_exec(void)
{
	const int flags = fcntl(STDERR_FILENO, F_GETFD);

	return flags >= 0 && (flags & FD_CLOEXEC);
}

static bool is_journal_stream(const struct stat *status)
{
	return standard_error.journal_inode != 0 &&
	       status->st_dev == standard_error.journal_device &&
	       status->st_ino == standard_error.journal_inode;
}

/* Also the journald of a namespace, whose directory is journal.NAMESPACE. */
static bool has_journald_as_peer(void)
{
	static const char directory[] = "/run/systemd/journal", name[] = "/stdout";
	union {
		struct sockaddr_un address;
		char bytes[sizeof(struct sockaddr_un) + 1]; /* a NUL behind the longest path */
	} peer = { .address = { .sun_family = AF_UNSPEC } };
	const char *path = peer.bytes + offsetof(struct sockaddr_un, sun_path);
	socklen_t size = sizeof(peer.address);

	if (getpeername(STDERR_FILENO, (struct sockaddr *)&peer.address, &size) < 0 ||
	    peer.address.sun_family != AF_UNIX ||
	    strncmp(path, directory, sizeof(directory) - 1) != 0)
		return false;
	path += sizeof(directory) - 1;
	return strcmp(*path == '.' ? path + strcspn(path, "/") : path, name) == 0;
}

/* Tells of a file that is not the known one. A program opens for writing alone what it makes its
 * standard error, and not close-on-exec. */
static bool is_stranger(enum stderr_kind kind)
{
	if (kind == STDERR_SOCKET)
		return !has_journald_as_peer();
	return is_close_on_exec() || (kind != STDERR_TERMINAL && access_mode() != O_WRONLY);
}

static uint64_t find(const struct stat *status)
{
	const enum stderr_kind kind = kind_of(status);
	const uint64_t identity = identity_of(status);

	/* The environment may be another process's: a socket that came later has to be what it says. */
	if (kind == STDERR_SOCKET && is_journal_stream(status) &&
	    (identity == standard_error.known || has_journald_as_peer()))
		return identity | kind | FOUND_JOURNAL;
	if (identity != standard_error.known && (!standard_error.known || is_stranger(kind)))
		return identity | kind | FOUND_STRANGER;
	return identity | kind;
}

static bool is_due(int64_t now_ns)
{
	const int64_t looked_ns =
		atomic_load_explicit(&standard_error.looked_ns, memory_order_relaxed);

	return looked_ns == 0 || now_ns - looked_ns > LOOK_AGAIN_NS;
}

/* A file at the limit of its size raises SIGXFSZ; so may one whose limit a sandbox does not show. */
static uint64_t find_limit(uint64_t found)
{
	struct rlimit limit;

	if ((found & FOUND_KIND) != STDERR_PLAIN ||
	    (getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur == RLIM_INFINITY))
		return found & ~(uint64_t)FOUND_LIMITED;
	return found | FOUND_LIMITED;
}

/* What was found holds for a second while the identity stays. It holds too where a sandbox refuses
 * fstat(2): only EBADF says that the descriptor is closed. */
static uint64_t find_again(uint64_t found, bool is_old)
{
	struct stat status;

	if (fstat(STDERR_FILENO, &status) == 0) {
		if (is_old || (found & ~(uint64_t)FOUND_BITS) != identity_of(&status))
			found = find(&status);
		return find_limit(found);
	}
	if (errno == EBADF)
		return FOUND_ANY | STDERR_NONE;
	if (found)
		return found;
	found = FOUND_ANY | STDERR_PIPE;
	return is_stranger(STDERR_PIPE) ? found | FOUND_STRANGER : found;
}

static bool is_no_place(uint64_t found)
{
	return found == (FOUND_ANY | STDERR_NONE) || found & FOUND_STRANGER;
}

/* Where the descriptor is no place for records the next record looks again: it may be one by then. */
static void note_found(uint64_t before, uint64_t found, bool was_known, int64_t now_ns)
{
	atomic_store_explicit(&standard_error.found, found, memory_order_relaxed);
	if (!is_no_place(found)) {
		atomic_store_explicit(&standard_error.checked_ns, now_ns, memory_order_relaxed);
		return;
	}
	atomic_store_explicit(&standard_error.checked_ns, 0, memory_order_relaxed);
	if (was_known && !is_no_place(before))
		atomic_store_explicit(&standard_error.is_unsteady, true, memory_order_relaxed);
}

static uint64_t look(int64_t now_ns)
{
	const uint64_t before = atomic_load_explicit(&standard_error.found, memory_order_relaxed);
	const bool was_known =
		atomic_load_explicit(&standard_error.looked_ns, memory_order_relaxed) != 0;
	const bool is_old = is_due(now_ns);
	uint64_t found;

	if (seal_is_set())
		return before;
	found = find_again(before, is_old);
	note_found(before, found, was_known, now_ns);
	if (is_old)
		atomic_store_explicit(&standard_error.looked_ns, now_ns, memory_order_relaxed);
	return found;
}

/* Looks once in a tick of the coarse clock, as at the sockets. */
static uint64_t look_in_tick(int64_t now_ns)
{
	if (atomic_load_explicit(&standard_error.checked_ns, memory_order_relaxed) == now_ns &&
	    !atomic_load_explicit(&standard_error.is_unsteady, memory_order_relaxed))
		return atomic_load_explicit(&standard_error.found, memory_order_relaxed);
	return look(now_ns);
}

struct stderr_probe stderr_probe(bool is_asked_for, int64_t now_ns)
{
	const uint64_t found = look_in_tick(now_ns);
	struct stderr_probe probe = { (enum stderr_kind)(found & FOUND_KIND), found & FOUND_JOURNAL,
				      found & FOUND_LIMITED };

	if (found & FOUND_STRANGER && (!is_asked_for || probe.kind == STDERR_SOCKET))
		probe.kind = STDERR_NONE;
	return probe;
}

void stderr_begin(void)
{
	struct stat status;

	standard_error.known = 0;
	if (fstat(STDERR_FILENO, &status) == 0 && !is_close_on_exec())
		standard_error.known = identity_of(&status);
	stderr_invalidate();
}

void stderr_open(void)
{
	struct stat status;

	read_environment();
	if (fstat(STDERR_FILENO, &status) == 0) {
		if (!is_stranger(kind_of(&status)))
			standard_error.known = identity_of(&status);
	} else if (errno == EBADF) {
		standard_error.known = 0;
	}
	stderr_invalidate();
	(void)look(clock_coarse_ns());
	atomic_store_explicit(&standard_error.checked_ns, 0, memory_order_relaxed);
}

void stderr_look_always(void)
{
	atomic_store_explicit(&standard_error.is_unsteady, true, memory_order_relaxed);
}

void stderr_invalidate(void)
{
	atomic_store_explicit(&standard_error.looked_ns, 0, memory_order_relaxed);
	atomic_store_explicit(&standard_error.checked_ns, 0, memory_order_relaxed);
}

static uint64_t last_found(int64_t now_ns)
{
	return is_due(now_ns) ? look(now_ns)
			      : atomic_load_explicit(&standard_error.found, memory_order_relaxed);
}

bool stderr_is_terminal(int64_t now_ns)
{
	return (last_found(now_ns) & FOUND_BITS) == STDERR_TERMINAL;
}

bool stderr_is_journal(int64_t now_ns)
{
	return last_found(now_ns) & FOUND_JOURNAL;
}

bool stderr_leads_to_journald(void)
{
	const uint64_t found = look_in_tick(clock_coarse_ns());

	if (found & FOUND_JOURNAL && !(found & FOUND_STRANGER))
		return true;
	/* Without an identity the kind is a guess: a sandbox refused fstat(2). */
	return ((found & FOUND_KIND) == STDERR_SOCKET ||
		!(found & ~(uint64_t)(FOUND_ANY | FOUND_BITS))) &&
	       has_journald_as_peer();
}
