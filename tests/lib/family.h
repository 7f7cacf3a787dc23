/* SPDX-License-Identifier: MIT */
/* For tests of programs that fork, with a real journald: a configuration, children whose ends are
 * asserted, pipes to wait on one another, and what everybody said. */
#pragma once

#include "lib/journald.h"
#include "lib/sanitizer.h"

#include <mplog.h>

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- Configuration --------------------------------------------------------------------------- */

static inline void family_write(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");

	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(fputs(text, file), 0);
	ck_assert_int_eq(fclose(file), 0);
}

/* A file that goes with the namespace. */
static inline const char *family_path(const char *name)
{
	static char path[256];

	ck_assert_ptr_nonnull(getenv("JOURNALD_STATE"));
	snprintf(path, sizeof(path), "%s/%s", getenv("JOURNALD_STATE"), name);
	return path;
}

/* Each test has an identifier of its own: they share the journal. */
static inline void family_open(const char *identifier, const char *configuration)
{
	const struct mplog_options options = { .size = sizeof(options),
					       .identifier = identifier,
					       .process = "main",
					       .config = family_path(identifier) };

	family_write(options.config, configuration);
	ck_assert_int_eq(mplog_open_with(&options), 0);
}

/* ---- Children -------------------------------------------------------------------------------- */

static inline int family_status(pid_t pid)
{
	int status = -1;
	pid_t r;

	ck_assert_int_gt(pid, 0);
	while ((r = waitpid(pid, &status, 0)) < 0 && errno == EINTR)
		;
	ck_assert_int_eq(r, pid);
	return status;
}

static inline void family_exited_well(pid_t pid)
{
	ck_assert_int_eq(family_status(pid), 0);
}

/* One side tells, the other waits: no test sleeps to be in time. */
struct line {
	int read, write;
};

static inline struct line line_open(void)
{
	int fd[2];

	ck_assert_int_eq(pipe(fd), 0);
	return (struct line){ fd[0], fd[1] };
}

static inline void line_close(struct line *line)
{
	close(line->read);
	close(line->write);
}

static inline void line_tell(const struct line *line)
{
	ck_assert_int_eq(write(line->write, "x", 1), 1);
}

static inline void line_wait(const struct line *line)
{
	char byte;

	ck_assert_int_eq(read(line->read, &byte, 1), 1);
}

/* ---- What was said --------------------------------------------------------------------------- */

static inline struct journal_entries family_read(const char *identifier)
{
	char match[300];

	snprintf(match, sizeof(match), "SYSLOG_IDENTIFIER=%s", identifier);
	return journal_read(match, NULL);
}

/* The one entry with that MESSAGE. */
static inline const struct journal_entry *said(const struct journal_entries *all,
					       const char *message)
{
	const struct journal_entry *found = NULL;

	for (size_t i = 0; i < all->n; i++) {
		const char *text = journal_value(&all->entries[i], "MESSAGE");

		if (!text || strcmp(text, message) != 0)
			continue;
		ck_assert_msg(!found, "said twice: %s", message);
		found = &all->entries[i];
	}
	ck_assert_msg(found != NULL, "never said: %s", message);
	return found;
}

static inline const char *said_field(const struct journal_entries *all, const char *message,
				     const char *field)
{
	const char *value = journal_value(said(all, message), field);

	return value ? value : "";
}

#define ck_assert_said(all, message, process, parent)                                 \
	do {                                                                          \
		ck_assert_str_eq(said_field(all, message, "PROCESS"), process);       \
		ck_assert_str_eq(said_field(all, message, "PROCESS_PARENT"), parent); \
	} while (0)
