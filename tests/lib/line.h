/* SPDX-License-Identifier: MIT */
/* A pipe between processes or threads: one side signals, the other waits, and no test sleeps to be in
 * time. */
#pragma once

#include <check.h>
#include <unistd.h>

struct line {
	int read, write;
};

static inline struct line line_open(void)
{
	int fd[2];

	ck_assert_int_eq(pipe(fd), 0);
	return (struct line){ fd[0], fd[1] };
}

static inline void line_close(const struct line *line)
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

/* For children of programs with threads, where one may have held the lock that Check's assertions
 * take: a child that cannot go on ends. */
static inline void line_tell_or_exit(const struct line *line)
{
	if (write(line->write, "x", 1) != 1)
		_exit(2);
}

static inline void line_wait_or_exit(const struct line *line)
{
	char byte;

	if (read(line->read, &byte, 1) != 1)
		_exit(2);
}
