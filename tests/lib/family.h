/* SPDX-License-Identifier: MIT */
/* For tests of programs that fork, with a real journald: a configuration, children whose ends are
 * asserted, pipes to wait on one another, and the records of all of them. */
#pragma once

#include "lib/child.h"
#include "lib/file.h"
#include "lib/journald.h"
#include "lib/line.h"
#include "lib/sanitizer.h"
#include "lib/threads.h"

#include <mplog.h>

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- Configuration --------------------------------------------------------------------------- */

/* A file that goes with the namespace. The string stays for three more calls. */
static inline const char *family_path(const char *name)
{
	static char paths[4][256];
	static unsigned n;
	char *path = paths[n++ % 4];

	ck_assert_ptr_nonnull(getenv("JOURNALD_STATE"));
	snprintf(path, sizeof(paths[0]), "%s/%s", getenv("JOURNALD_STATE"), name);
	return path;
}

/* Each test has an identifier of its own: they share the journal. */
static inline void family_open(const char *identifier, const char *configuration)
{
	const struct mplog_options options = { .size = sizeof(options),
					       .identifier = identifier,
					       .process = "main",
					       .config = family_path(identifier) };

	file_write(options.config, configuration);
	ck_assert_int_eq(mplog_open_with(&options), 0);
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
