/* SPDX-License-Identifier: MIT */
#include "api/fdstore.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "board/board.h"
#include "notice/dead-rings.h"
#include "scope/context.h"
#include "scope/scope.h"

enum { FIRST_FD = 3 /* SD_LISTEN_FDS_START */, FDS_MAX = 4096 };

static const char fd_name[] = "mplog";

/* ---- What the last run has left ---------------------------------------------------------------- */

static long number_in(const char *variable)
{
	const char *text = secure_getenv(variable);
	char *end;
	long number;

	if (!text || *text < '0' || *text > '9')
		return -1;
	number = strtol(text, &end, 10);
	return *end == '\0' ? number : -1;
}

static bool is_ours(const char *name, size_t size)
{
	return size == sizeof(fd_name) - 1 && memcmp(name, fd_name, size) == 0;
}

/* The descriptors stay open: the program may look for its own among them. Returns whether nothing is left
 * in them. */
static bool dump_listed(const char *names, long n)
{
	const struct output *output = &scope_get_config(&process_scope)->output;
	struct deadline deadline = { .timeout_ms = output->timeout_ms };
	bool is_done = true;

	for (long i = 0; names && i < n && i < FDS_MAX; i++) {
		const size_t size = strcspn(names, ":");
		const int fd = FIRST_FD + (int)i;

		if (is_ours(names, size)) {
			(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
			is_done &= dead_rings_dump_file(fd, 0, output, &deadline);
		}
		names = names[size] ? names + size + 1 : NULL;
	}
	return is_done;
}

static bool dump_kept(void)
{
	if (number_in("LISTEN_PID") != (long)getpid())
		return true;
	return dump_listed(secure_getenv("LISTEN_FDNAMES"), number_in("LISTEN_FDS"));
}

/* ---- What this run leaves ----------------------------------------------------------------------- */

/* A path, or with '@' in front an abstract name. Returns the size of the address; 0: it is neither. */
static socklen_t parse_address(const char *text, struct sockaddr_un *ret)
{
	const size_t size = text ? strlen(text) : 0;

	if (size < 2 || size >= sizeof(ret->sun_path) || (text[0] != '/' && text[0] != '@'))
		return 0;
	*ret = (struct sockaddr_un){ .sun_family = AF_UNIX };
	memcpy(ret->sun_path, text, size);
	if (text[0] == '@')
		ret->sun_path[0] = '\0';
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size + (text[0] == '/'));
}

/* FD: to be sent along, or -1. A service manager that does not take it at once is not waited for. */
static void notify(const char *variable, const char *text, int fd)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = { .bytes = { 0 } };
	struct sockaddr_un address;
	const socklen_t size = parse_address(secure_getenv(variable), &address);
	struct iovec data = { .iov_base = (void *)(uintptr_t)text, .iov_len = strlen(text) };
	struct msghdr message = {
		.msg_name = &address,
		.msg_namelen = size,
		.msg_iov = &data,
		.msg_iovlen = 1,
	};
	AUTO_CLOSE int sender = size > 0 ? socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0) : -1;

	if (sender < 0)
		return;
	if (fd >= 0) {
		message.msg_control = control.bytes;
		message.msg_controllen = sizeof(control.bytes);
		*CMSG_FIRSTHDR(&message) = (struct cmsghdr){
			.cmsg_len = CMSG_LEN(sizeof(int)),
			.cmsg_level = SOL_SOCKET,
			.cmsg_type = SCM_RIGHTS,
		};
		memcpy(CMSG_DATA(CMSG_FIRSTHDR(&message)), &fd, sizeof(fd));
	}
	(void)sendmsg(sender, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static bool rules_have_blackbox(const struct rules *rules)
{
	for (size_t i = 0; rules && i < rules->n; i++) {
		for (size_t j = 0; j < rules->rule[i].n_assignments; j++) {
			const struct assignment *assignment = &rules->rule[i].assignments[j];

			if (assignment->setting == SETTING_BLACKBOX_LEVEL &&
			    assignment->number >= 0)
				return true;
		}
	}
	return false;
}

static bool is_configured(void)
{
	struct scope_params params = { .process = "" };

	context_fill_params(&params);
	return rules_have_blackbox(params.files) || rules_have_blackbox(params.environment);
}

void fdstore_exchange(void)
{
	static const char keep[] = "FDSTORE=1\nFDNAME=mplog\nFDPOLL=0";
	const bool is_done = !scope_get_config(&process_scope) || dump_kept();
	const int fd = board_has_rings() && is_configured() ? board_fd() : -1;

	if (number_in("LISTEN_PID") == (long)getpid() && is_done)
		notify("NOTIFY_SOCKET", "FDSTOREREMOVE=1\nFDNAME=mplog", -1);
	if (fd < 0)
		return;
	if (number_in("FDSTORE") != 0) /* unset before systemd 254 */
		notify("NOTIFY_SOCKET", keep, fd);
	notify("MPLOG_FDSTORE", keep, fd);
}
