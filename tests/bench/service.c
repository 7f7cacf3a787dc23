/* SPDX-License-Identifier: MIT */
#include "service.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static const char journal_path[] = "/run/systemd/journal/socket";
static const char syslog_path[] = "/run/systemd/journal/dev-log"; /* where /dev/log leads */

enum { DATAGRAM_MAX = 1 << 16, START_TRIES = 1000, START_MS = 10 };

static pid_t journald;

void fail(const char *what)
{
	fprintf(stderr, "bench: %s: %s\n", what, strerror(errno));
	exit(EXIT_FAILURE);
}

static struct sockaddr_un address_of(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	(void)stpncpy(address.sun_path, path, sizeof(address.sun_path) - 1);
	return address;
}

static int serve(const char *path)
{
	const struct sockaddr_un address = address_of(path);
	const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	(void)unlink(path);
	if (fd < 0 || bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		fail(path);
	return fd;
}

int service_connect(void)
{
	const struct sockaddr_un address = address_of(journal_path);
	const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		fail(journal_path);
	return fd;
}

static int journal_socket = -1, syslog_socket = -1;

static void empty(int fd)
{
	static char buffer[DATAGRAM_MAX];

	while (recv(fd, buffer, sizeof(buffer), MSG_DONTWAIT) >= 0)
		;
}

void service_drain(void)
{
	empty(journal_socket);
	empty(syslog_socket);
}

static void stop(pid_t pid)
{
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
}

void service_start_drain(void)
{
	journal_socket = serve(journal_path);
	syslog_socket = serve(syslog_path);
}

void service_stop_drain(void)
{
	(void)close(journal_socket);
	(void)close(syslog_socket);
	(void)unlink(journal_path);
	(void)unlink(syslog_path);
}

static void run_journald(void)
{
	static const char *const paths[] = { "/lib/systemd/systemd-journald",
					     "/usr/lib/systemd/systemd-journald" };

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)setsid();
	if (!freopen("/dev/null", "w", stdout) || !freopen("/dev/null", "w", stderr))
		_exit(1);
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		(void)execl(paths[i], "systemd-journald", (char *)NULL);
	_exit(1);
}

void service_start_journald(void)
{
	journald = fork();
	if (journald == 0)
		run_journald();
	for (int i = 0; i < START_TRIES; i++) {
		if (system("journalctl --sync >/dev/null 2>&1") == 0)
			return;
		(void)poll(NULL, 0, START_MS);
	}
	fail("systemd-journald");
}

void service_stop_journald(void)
{
	stop(journald);
	if (system("rm -rf /run/log/journal/*") != 0)
		fail("/run/log/journal");
}

size_t service_capture(void (*call)(void), char *buffer, size_t capacity)
{
	const int fd = serve(journal_path);
	ssize_t size;

	call();
	size = recv(fd, buffer, capacity, 0);
	if (size < 0)
		fail("capture");
	(void)close(fd);
	(void)unlink(journal_path);
	return (size_t)size;
}
