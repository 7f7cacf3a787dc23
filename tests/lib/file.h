/* SPDX-License-Identifier: MIT */
/* Files: a configuration that is written, replaced, or there for one test. */
#pragma once

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static inline void file_put(int fd, const char *data, size_t size)
{
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, data, size), (ssize_t)size);
	ck_assert_int_eq(close(fd), 0);
}

static inline void file_write_bytes(const char *path, const char *data, size_t size)
{
	file_put(open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644), data, size);
}

static inline void file_write(const char *path, const char *text)
{
	file_write_bytes(path, text, strlen(text));
}

/* Writes aside and renames, as editors do. */
static inline void file_replace(const char *path, const char *text)
{
	char fresh[300];

	(void)snprintf(fresh, sizeof(fresh), "%s.new", path);
	file_write(fresh, text);
	ck_assert_int_eq(rename(fresh, path), 0);
}

/* Makes a file of its own from a template as mkstemp(3)'s. */
static inline void file_make(char *template, const char *text)
{
	file_put(mkostemp(template, O_CLOEXEC), text, strlen(text));
}
