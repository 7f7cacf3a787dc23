/* SPDX-License-Identifier: MIT */
/* For tests of libmplog-syslog: this very program, executed with and without the library in front of
 * the C library's syslog(3), and the records of both. */
#pragma once

#include "lib/capture.h"
#include "lib/child.h"
#include "lib/file.h"
#include "lib/journald.h"

#include <check.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char syslog_program_conf[] = "/tmp/mplog-test-XXXXXX";

/* A sanitizer's library is not the first one with LD_PRELOAD. */
static inline void syslog_program_allow_sanitizer(void)
{
	const char *const given = getenv("ASAN_OPTIONS");
	char options[512];

	(void)snprintf(options, sizeof(options), "%s:verify_asan_link_order=0", given ? given : "");
	(void)setenv("ASAN_OPTIONS", options, 1);
}

/* Executes the program as one that has no argument but CALLS, which main() understands. */
static inline pid_t syslog_program_start(const char *calls, bool preload)
{
	const pid_t pid = fork();

	if (pid == 0) {
		if (preload)
			(void)setenv("LD_PRELOAD", getenv("MPLOG_SYSLOG_LIBRARY"), 1);
		syslog_program_allow_sanitizer();
		(void)setenv("MPLOG_CONF", syslog_program_conf, 1);
		(void)execl("/proc/self/exe", "syslog-program", calls, (char *)NULL);
		_exit(127);
	}
	return pid;
}

/* Returns its pid when it has ended well. */
static inline pid_t syslog_program_run(const char *calls, bool preload)
{
	const pid_t pid = syslog_program_start(calls, preload);

	child_exited_well(pid);
	return pid;
}

/* Of a process. */
static inline struct journal_entries syslog_program_read(pid_t pid)
{
	char match[32];

	(void)snprintf(match, sizeof(match), "_PID=%d", (int)pid);
	return journal_read(match, NULL);
}
