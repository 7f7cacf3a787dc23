/* SPDX-License-Identifier: MIT */
/* clock: a moment as nanoseconds. The kernel answers all of these without a system call. */
#pragma once

#include <stdint.h>
#include <time.h>

#define NS_PER_S  INT64_C(1000000000)
#define NS_PER_MS INT64_C(1000000)

static inline int64_t clock_now_ns(clockid_t id)
{
	struct timespec now = { 0 };

	(void)clock_gettime(id, &now);
	return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

/* The monotonic clock as of the kernel's last tick: some milliseconds old, a few nanoseconds to read. */
static inline int64_t clock_coarse_ns(void)
{
	return clock_now_ns(CLOCK_MONOTONIC_COARSE);
}
