/* SPDX-License-Identifier: MIT */
/* cleanup: memory and descriptors that are given back where their variable goes out of scope. */
#pragma once

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define CLEANUP(function) __attribute__((__cleanup__(function)))

static inline void cleanup_free(void *p)
{
	free(*(void **)p);
}

static inline void cleanup_fd(const int *fd)
{
	if (*fd >= 0) {
		const int saved = errno;
		(void)close(*fd);
		errno = saved;
	}
}

/* Unused: a variable may stand there only to have its memory freed. */
#define AUTO_FREE  CLEANUP(cleanup_free) __attribute__((__unused__))
#define AUTO_CLOSE CLEANUP(cleanup_fd)

/* Takes the value out of a variable, which then cleans nothing up. */
static inline int take_fd(int *fd)
{
	const int taken = *fd;
	*fd = -1;
	return taken;
}
#define TAKE_PTR(p)                         \
	__extension__({                     \
		__typeof__(p) taken_ = (p); \
		(p) = NULL;                 \
		taken_;                     \
	})
