/* SPDX-License-Identifier: MIT */
/* Threads, and time between them. */
#pragma once

#include <check.h>
#include <pthread.h>
#include <stdint.h>
#include <time.h>

static inline pthread_t thread_start(void *(*function)(void *), void *argument)
{
	pthread_t thread;

	ck_assert_int_eq(pthread_create(&thread, NULL, function, argument), 0);
	return thread;
}

/* Returns what the thread's function has returned. */
static inline void *thread_join(pthread_t thread)
{
	void *result;

	ck_assert_int_eq(pthread_join(thread, &result), 0);
	return result;
}

static inline void pause_us(int64_t us)
{
	const struct timespec duration = { us / 1000000, us % 1000000 * 1000 };

	(void)nanosleep(&duration, NULL);
}

static inline void pause_ms(int64_t ms)
{
	pause_us(ms * 1000);
}

/* CLOCK_MONOTONIC. */
static inline int64_t now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
