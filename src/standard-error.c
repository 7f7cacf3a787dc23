/* SPDX-License-Identifier: MIT */
#include "standard-error.h"

#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

#include "hot.h"

#define LOOK_AGAIN_NS INT64_C(1000000000)

/* What the environment said. */
static _Atomic dev_t journal_device;
static _Atomic ino_t journal_inode;
static atomic_bool no_color;

/* When it was looked at, in place of whose last bits are the answers. */
enum { IS_TERMINAL = 1, IS_JOURNAL = 2, ANSWER_BITS = 3 };
static HOT_DATA atomic_llong looked;

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
	journal_device = (dev_t)device;
	journal_inode = (ino_t)inode;
}

void sink_init(void)
{
	const char *const stream = getenv("JOURNAL_STREAM");
	const char *const color = getenv("NO_COLOR");

	journal_inode = 0;
	if (stream)
		parse_journal_stream(stream);
	no_color = color && *color;
	stderr_forget();
}

bool stderr_no_color(void)
{
	return no_color;
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

struct stderr_look stderr_look(void)
{
	struct stderr_look look = { .kind = STDERR_NONE };
	struct stat status;

	if (fstat(STDERR_FILENO, &status) < 0)
		return look;
	look.kind = kind_of(&status);
	look.is_terminal =
		look.kind == STDERR_PLAIN && S_ISCHR(status.st_mode) && isatty(STDERR_FILENO);
	look.is_journal = look.kind == STDERR_SOCKET && journal_inode != 0 &&
			  status.st_dev == journal_device && status.st_ino == journal_inode;
	return look;
}

void stderr_forget(void)
{
	atomic_store_explicit(&looked, 0, memory_order_relaxed);
}

static bool answer(unsigned bit, int64_t now_ns)
{
	int64_t last = atomic_load_explicit(&looked, memory_order_relaxed);

	if (last == 0 || now_ns - last > LOOK_AGAIN_NS) {
		const struct stderr_look look = stderr_look();

		last = (now_ns & ~(int64_t)ANSWER_BITS) | (look.is_terminal ? IS_TERMINAL : 0) |
		       (look.is_journal ? IS_JOURNAL : 0);
		atomic_store_explicit(&looked, last, memory_order_relaxed);
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

	if (stderr_look().is_journal)
		return true;
	return getpeername(STDERR_FILENO, (struct sockaddr *)&peer, &size) == 0 &&
	       peer.sun_family == AF_UNIX &&
	       size >= offsetof(struct sockaddr_un, sun_path) + sizeof(path) - 1 &&
	       memcmp(peer.sun_path, path, sizeof(path) - 1) == 0;
}
