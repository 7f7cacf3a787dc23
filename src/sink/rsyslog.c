/* SPDX-License-Identifier: MIT */
#include "sink/rsyslog.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/pages.h"
#include "process/seal.h"

#define LOOK_AGAIN_NS (10 * NS_PER_S)

enum { FILE_MAX = 65536 };

static struct {
	atomic_llong looked_ns; /* 0: never */
	atomic_bool has_special_parser;
} rsyslog;

/* Reads the beginning of the file as a string. Returns false where there is none. */
static bool read_file(const char *path, char *buffer, size_t capacity)
{
	AUTO_CLOSE const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	size_t size = 0;
	ssize_t n;

	if (fd < 0)
		return false;
	while ((n = read(fd, buffer + size, capacity - 1 - size)) > 0)
		size += (size_t)n;
	buffer[size] = '\0';
	return true;
}

static bool is_running(void)
{
	char text[16];
	pid_t pid = 0;

	if (!read_file("/run/rsyslogd.pid", text, sizeof(text)))
		return false;
	for (const char *digit = text; *digit >= '0' && *digit <= '9' && pid < 100000000; digit++)
		pid = pid * 10 + (*digit - '0');
	return pid > 0 && (kill(pid, 0) == 0 || errno == EPERM);
}

static bool is_comment(const char *text, const char *at)
{
	while (at > text && at[-1] != '\n')
		at--;
	return at[strspn(at, " \t")] == '#';
}

/* A parameter of the module imuxsock, which is loaded in the main file. */
static bool switches_parser_off(const char *text)
{
	static const char parameter[] = "UseSpecialParser";
	const char *at = text;

	while ((at = strcasestr(at, parameter))) {
		const char *const value = at + sizeof(parameter) - 1;

		if (!is_comment(text, at) &&
		    strncasecmp(value + strspn(value, " \t="), "\"off\"", 5) == 0)
			return true;
		at = value;
	}
	return false;
}

static bool look_for_special_parser(void)
{
	char *text;
	bool is_special;

	if (!is_running())
		return false;
	text = pages_get(FILE_MAX);
	if (!text)
		return false;
	is_special = read_file("/etc/rsyslog.conf", text, FILE_MAX) && !switches_parser_off(text);
	pages_put(text, FILE_MAX);
	return is_special;
}

bool rsyslog_has_special_parser(int64_t now_ns)
{
	const int64_t looked_ns = atomic_load_explicit(&rsyslog.looked_ns, memory_order_relaxed);

	if (!seal_is_set() && (looked_ns == 0 || now_ns - looked_ns > LOOK_AGAIN_NS)) {
		atomic_store_explicit(&rsyslog.has_special_parser, look_for_special_parser(),
				      memory_order_relaxed);
		atomic_store_explicit(&rsyslog.looked_ns, now_ns, memory_order_relaxed);
	}
	return atomic_load_explicit(&rsyslog.has_special_parser, memory_order_relaxed);
}
