/* SPDX-License-Identifier: MIT */
/* clock: a moment as nanoseconds. All of these are answered without a system call. */
#pragma once

#include <stdint.h>
#include <time.h>

static inline int64_t clock_now_ns(clockid_t id)
{
	struct timespec now = { 0 };

	(void)clock_gettime(id, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* CLOCK_MONOTONIC_COARSE: some milliseconds old, and a few nanoseconds to read. */
static inline int64_t coarse_now_ns(void)
{
	return clock_now_ns(CLOCK_MONOTONIC_COARSE);
}
