/* SPDX-License-Identifier: MIT */
/* deadline: the time that a call may take, for all sinks together; and the breaker. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* The precise clock is read only when the call waits. */
struct deadline {
	unsigned timeout_ms;
	int64_t end_ns; /* CLOCK_MONOTONIC; 0: the call has not waited yet */
	int64_t now_ns; /* CLOCK_MONOTONIC_COARSE as the call began; 0: not read yet */
};

/* Returns the time left in nanoseconds, at least 0. Starts the clock with the first call. */
int64_t deadline_left_ns(struct deadline *deadline);

/* Starts the clock as of SPENT_NS ago: the call has waited that long. */
void deadline_spent(struct deadline *deadline, int64_t spent_ns);

/* Waits until fd may be written to, or for the time left. Returns false where no time is left. */
bool deadline_poll(struct deadline *deadline, int fd);

/* Leaves the next sink a moment at most, after a sink was full until the deadline. */
void deadline_shorten(struct deadline *deadline);

/* Returns when the call began, by the coarse clock. */
int64_t deadline_now_ns(struct deadline *deadline);

/* The breaker of a sink: after a call waited in vain, no call with as little time waits, until the
 * sink takes a message. A child inherits it: the sink is the same. */
struct breaker {
	atomic_uint missed; /* 0, or 1 + the longest timeout_ms that passed in vain */
};

static inline bool breaker_is_closed(const struct breaker *breaker)
{
	return atomic_load_explicit(&breaker->missed, memory_order_relaxed) == 0;
}

/* Tells whether a call with that deadline may wait. */
bool breaker_allows_wait(const struct breaker *breaker, const struct deadline *deadline);

/* Closes the breaker: the sink took a message. */
void breaker_reset(struct breaker *breaker);

/* Opens the breaker: the sink took no message until the deadline. */
void breaker_trip(struct breaker *breaker, const struct deadline *deadline);
