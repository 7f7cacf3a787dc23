/* SPDX-License-Identifier: MIT */
/* deadline: the time that a call may take, for all sinks together, and whether waiting is worth it. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* The clock is read only when somebody waits. */
struct deadline {
	unsigned timeout_ms;
	int64_t end_ns; /* CLOCK_MONOTONIC; 0: nobody waited yet */
	int64_t now_ns; /* CLOCK_MONOTONIC_COARSE as the call began; 0: nobody looked yet */
};

/* Time left in nanoseconds, at least 0. Starts the clock with the first call. */
int64_t deadline_left_ns(struct deadline *deadline);

/* Somebody waited that long before the clock was started: starts it as of then. */
void deadline_spent(struct deadline *deadline, int64_t spent_ns);

/* Waits until fd may be written to, or for the time left. False: there is none. */
bool deadline_poll(struct deadline *deadline, int fd);

/* A sink is full, and was waited for in this call or before: the next one gets a moment at most. */
void deadline_shorten(struct deadline *deadline);

/* When the call began, as the coarse clock has it. */
int64_t deadline_now_ns(struct deadline *deadline);

/* With a sink: nobody waits where somebody with as much time waited in vain, until it takes a
 * message. */
struct patience {
	atomic_uint missed; /* 0, or 1 + the longest timeout_ms that passed since it took one */
};

static inline bool patience_is_whole(const struct patience *patience)
{
	return atomic_load_explicit(&patience->missed, memory_order_relaxed) == 0;
}

/* Whether waiting is worth it to this call. */
bool patience_is_left(const struct patience *patience, const struct deadline *deadline);

/* It took a message, or did not until the deadline. */
void patience_restore(struct patience *patience);
void patience_lose(struct patience *patience, const struct deadline *deadline);
