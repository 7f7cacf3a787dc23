/* SPDX-License-Identifier: MIT */
#include "sink/deadline.h"

#include <errno.h>
#include <poll.h>
#include <time.h>

#include "base/clock.h"

/* Long enough for a living reader to read, and short beside the usual deadline. */
enum { MOMENT_MS = 50 };

int64_t deadline_now_ns(struct deadline *deadline)
{
	if (deadline->now_ns == 0)
		deadline->now_ns = clock_coarse_ns();
	return deadline->now_ns;
}

void deadline_spent(struct deadline *deadline, int64_t spent_ns)
{
	deadline->end_ns =
		clock_now_ns(CLOCK_MONOTONIC) - spent_ns + deadline->timeout_ms * NS_PER_MS;
}

int64_t deadline_left_ns(struct deadline *deadline)
{
	const int64_t now = deadline->timeout_ms > 0 ? clock_now_ns(CLOCK_MONOTONIC) : 0;

	if (deadline->timeout_ms == 0)
		return 0;
	if (deadline->end_ns == 0)
		deadline->end_ns = now + deadline->timeout_ms * NS_PER_MS;
	return deadline->end_ns > now ? deadline->end_ns - now : 0;
}

bool deadline_poll(struct deadline *deadline, int fd)
{
	struct pollfd state = { .fd = fd, .events = POLLOUT };
	const struct timespec nap = { .tv_nsec = NS_PER_MS };
	const int64_t left_ns = deadline_left_ns(deadline);

	if (left_ns > 0 && poll(&state, 1, (int)((left_ns + NS_PER_MS - 1) / NS_PER_MS)) < 0 &&
	    errno != EINTR)
		(void)nanosleep(&nap, NULL); /* refused by a sandbox */
	return left_ns > 0;
}

void deadline_shorten(struct deadline *deadline)
{
	if (deadline->end_ns == 0 && deadline->timeout_ms > MOMENT_MS)
		deadline->timeout_ms = MOMENT_MS;
}

bool breaker_allows_wait(const struct breaker *breaker, const struct deadline *deadline)
{
	return atomic_load_explicit(&breaker->missed, memory_order_relaxed) <= deadline->timeout_ms;
}

void breaker_reset(struct breaker *breaker)
{
	if (!breaker_is_closed(breaker))
		atomic_store_explicit(&breaker->missed, 0, memory_order_relaxed);
}

void breaker_trip(struct breaker *breaker, const struct deadline *deadline)
{
	if (breaker_allows_wait(breaker, deadline))
		atomic_store_explicit(&breaker->missed, deadline->timeout_ms + 1,
				      memory_order_relaxed);
}
