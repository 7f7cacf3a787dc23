/* SPDX-License-Identifier: MIT */
/* What a test's own process writes to standard error. */
#pragma once

#include <check.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int capture_reader = -1;

/* From now on fd 2 is a file for writing alone, as a program's log is, that only capture_text()
 * reads. */
static inline void capture_stderr(void)
{
	char path[] = "/tmp/mplog-test-XXXXXX";
	int fd;

	capture_reader = mkostemp(path, O_CLOEXEC);
	ck_assert_int_ge(capture_reader, 0);
	fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(dup2(fd, STDERR_FILENO), STDERR_FILENO);
	close(fd);
}

/* All that was written so far, also by children; to be freed. */
static inline char *capture_text(void)
{
	struct stat st;
	char *text;

	ck_assert_int_eq(fstat(capture_reader, &st), 0);
	text = calloc(1, (size_t)st.st_size + 1);
	ck_assert_ptr_nonnull(text);
	ck_assert_int_eq(pread(capture_reader, text, (size_t)st.st_size, 0), st.st_size);
	return text;
}

static inline size_t capture_lines(void)
{
	char *text = capture_text();
	size_t n = 0;

	for (const char *c = text; *c != '\0'; c++)
		n += *c == '\n';
	free(text);
	return n;
}

/* Whether one line has both strings in it. */
static inline int capture_has(const char *one, const char *other)
{
	char *text = capture_text(), *rest = text, *line;
	int found = 0;

	while (!found && (line = strsep(&rest, "\n")))
		found = strstr(line, one) && strstr(line, other);
	free(text);
	return found;
}
