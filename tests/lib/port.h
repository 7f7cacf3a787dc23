/* SPDX-License-Identifier: MIT */
/* For small programs in the pattern of a known daemon: what a worker of theirs does to itself, and what
 * has to hold of their records. */
#pragma once

#include "lib/family.h"
#include "lib/privileges.h"
#include "lib/shell.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>

static char port_root[128]; /* empty */

/* In the test, before its program starts. */
static inline void port_setup(void)
{
	journald_start();
	(void)snprintf(port_root, sizeof(port_root), "%s", family_path("empty"));
	(void)mkdir(port_root, 0755);
}

/* In a worker, which cannot talk to Check. */
static inline void port_require(bool condition, int code)
{
	if (!condition)
		_exit(code);
}

/* The worker sees an empty directory, and is a user who may do nothing. */
static inline void port_lock_up(void)
{
	port_require(chroot(port_root) == 0 && chdir("/") == 0, 10);
	port_require(privileges_drop() == 0, 11);
	port_require(access("/run", F_OK) < 0, 12);
}

/* Sends a byte to a worker and waits until it comes back. */
static inline void port_ask(int fd, char request)
{
	char answer = 0;

	ck_assert_int_eq(send(fd, &request, 1, MSG_NOSIGNAL), 1);
	ck_assert_int_eq(read(fd, &answer, 1), 1);
	ck_assert_int_eq(answer, request);
}

static inline size_t port_count(const char *identifier, const char *process, const char *message)
{
	char program[64], name[64], text[64];

	(void)snprintf(program, sizeof(program), "SYSLOG_IDENTIFIER=%s", identifier);
	(void)snprintf(name, sizeof(name), "PROCESS=%s", process);
	(void)snprintf(text, sizeof(text), "MESSAGE=%s", message);
	return journal_count(program, name, text, NULL);
}

/* Every record is there, and of one run. */
static inline void port_is_complete(const char *identifier)
{
	struct journal_entries all;

	journald_sync();
	shell_run(0, "mplog gaps -t %s >&2", identifier);
	all = family_read(identifier);
	for (size_t i = 0; i < all.n; i++)
		ck_assert_str_eq(journal_value(&all.entries[i], "RUN_ID"),
				 journal_value(&all.entries[0], "RUN_ID"));
	journal_entries_free(&all);
}
