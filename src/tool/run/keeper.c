/* SPDX-License-Identifier: MIT */
#include "tool/run/keeper.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "api/guard.h"
#include "base/cleanup.h"
#include "notice/dead-rings.h"
#include "scope/scope.h"

enum { TEXT_MAX = 256 };

/* The kernel chooses an abstract name: five hexadecimal digits. */
static bool export_name(int fd)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	socklen_t size = sizeof(address);
	const int on = 1;
	char name[sizeof(address.sun_path) + 1] = "@";

	if (setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) < 0 ||
	    bind(fd, (const struct sockaddr *)&address, sizeof(sa_family_t)) < 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &size) < 0)
		return false;
	(void)snprintf(name + 1, sizeof(name) - 1, "%.*s", (int)(size - sizeof(sa_family_t) - 1),
		       address.sun_path + 1);
	return setenv("MPLOG_FDSTORE", name, 1) == 0;
}

int keeper_open(void)
{
	AUTO_CLOSE int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || !export_name(fd))
		return -1;
	return take_fd(&fd);
}

/* What a message brings. */
struct kept {
	int fd; /* -1: none */
	uid_t uid;
};

static struct kept read_control(struct msghdr *message)
{
	struct kept kept = { -1, (uid_t)-1 };
	struct ucred credentials;

	for (struct cmsghdr *at = CMSG_FIRSTHDR(message); at; at = CMSG_NXTHDR(message, at)) {
		if (at->cmsg_level != SOL_SOCKET)
			continue;
		if (at->cmsg_type == SCM_RIGHTS && at->cmsg_len == CMSG_LEN(sizeof(int)))
			memcpy(&kept.fd, CMSG_DATA(at), sizeof(kept.fd));
		if (at->cmsg_type == SCM_CREDENTIALS &&
		    at->cmsg_len == CMSG_LEN(sizeof(credentials))) {
			memcpy(&credentials, CMSG_DATA(at), sizeof(credentials));
			kept.uid = credentials.uid;
		}
	}
	return kept;
}

/* Returns false where there is no message. */
static bool receive(int from, struct kept *ret)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(struct ucred))];
		struct cmsghdr align;
	} control;
	char text[TEXT_MAX];
	struct iovec data = { text, sizeof(text) };
	struct msghdr message = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes),
	};
	ssize_t n;

	do {
		n = recvmsg(from, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	} while (n < 0 && errno == EINTR);
	if (n >= 0)
		*ret = read_control(&message);
	return n >= 0;
}

/* Any user can send to an abstract name: what another one sends would be logged as ours. */
void keeper_dump(int fd, const struct child *child)
{
	const pid_t ended_well = WIFEXITED(child->status) ? child->pid : 0;
	struct kept kept;
	GUARD(guard);

	while (guard.thread && fd >= 0 && receive(fd, &kept)) {
		const struct output *output = &scope_get_config(&process_scope)->output;
		struct deadline deadline = { .timeout_ms = output->timeout_ms };

		if (kept.fd >= 0 && kept.uid == geteuid())
			(void)dead_rings_dump_file(kept.fd, ended_well, output, &deadline);
		if (kept.fd >= 0)
			(void)close(kept.fd);
	}
}
