/* SPDX-License-Identifier: MIT */
/* conf-read: a file is read, if it is a regular one that may be trusted. */
#pragma once

#include <sys/stat.h>

#include "conf/internal.h"

struct conf_identity conf_identity_of(const struct stat *st);
struct conf_identity conf_identity_at(const char *path);
bool conf_identity_equal(const struct conf_identity *a, const struct conf_identity *b);

/* Returns whether what is at the path is another version than the one KNOWN, or may be (RACY). False
 * where it cannot be reached. */
bool conf_identity_is_stale(const char *path, const struct conf_identity *known, bool racy);

/* Returns whether users other than root and our own could have written such a file: those are
 * refused in a set-user-ID program. */
bool conf_is_foreign(const struct stat *st);

/* Whether a process has the file open for writing: only root and the file's owner may know. */
enum conf_writer { CONF_WRITER_NONE, CONF_WRITER_UNKNOWN, CONF_WRITER_PRESENT };
enum conf_writer conf_writer_of(const char *path);

struct conf_text {
	char *data;  /* malloc'ed; it ends with a newline and a NUL that size does not count */
	size_t size; /* of the file */
	struct conf_identity identity;
};

/* Reads the file, which ST describes, if it is a regular one, not too large, and may be trusted;
 * /dev/null is empty. Returns 0 or a negative errno, which the diagnostics have. */
int conf_read(const char *path, const struct stat *st, bool secure, struct conf_diags *diags,
	      struct conf_text *ret);
