/* SPDX-License-Identifier: MIT */
/* site-limit: the limits of call sites: mplog_once(), mplog_ratelimit(). The state of a site is static
 * memory of the program, so that a child begins with a copy of its parent's. */
#include "mplog.h"

#include <stdarg.h>
#include <syslog.h>
#include <time.h>

#include "api/guard.h"
#include "api/log.h"
#include "base/clock.h"
#include "base/compiler.h"

/* What the functions of mplog.h's macros return; the macro goes on where the call passes. */
enum { BELOW_LEVEL = 0, PASSES = 1, HELD_BACK = 2 };

/* The gate may be open, and let calls through that are below the level: they take nothing of the limit.
 * A level that is none is for mplog_emit() to refuse. */
static bool is_below_level(int level)
{
	GUARD(guard);

	if (!guard.thread)
		return false;
	guard_identify(&guard);
	return level >= MPLOG_EMERG && LOG_PRI(level) > log_level(guard.thread);
}

static int hold_back(struct mplog_limit_ *limit)
{
	(void)__atomic_fetch_add(&limit->held_back, 1, __ATOMIC_RELAXED);
	return HELD_BACK;
}

/* ---- Once ----------------------------------------------------------------------------------- */

int mplog_once_(struct mplog_limit_ *limit, int level)
{
	int64_t never = 0;

	if (is_below_level(level))
		return BELOW_LEVEL;
	return __atomic_compare_exchange_n(&limit->next_ns, &never, INT64_MAX, false,
					   __ATOMIC_RELAXED, __ATOMIC_RELAXED)
		       ? PASSES
		       : HELD_BACK;
}

/* ---- A rate --------------------------------------------------------------------------------- */

/* A second of the wall clock plus one: 0, as in memory that no call has written, is none. */
static int64_t current_second(void)
{
	return (int64_t)time(NULL) + 1;
}

/* CLOCK_MONOTONIC, which begins with the boot, as if it had begun longer before than any interval takes:
 * 0 always lies so far in the past that the bucket is full, also right after the boot. */
static int64_t current_moment_ns(void)
{
	return clock_coarse_ns() + UINT32_MAX * NS_PER_MS;
}

/* A token bucket as one word, the moment from which the next call passes. Each one moves it on by
 * interval / burst; a bucket that is full has it interval - interval / burst in the past. A moment that lies
 * more than an interval ahead is one of a longer interval, or of another clock, and counts as none. */
static bool has_token(struct mplog_limit_ *limit, int64_t interval_ns, int64_t token_ns,
		      int64_t now_ns)
{
	int64_t next_ns = __atomic_load_n(&limit->next_ns, __ATOMIC_RELAXED);
	const int64_t full_ns = now_ns - (interval_ns - token_ns);
	int64_t after_ns;

	do {
		if (now_ns < next_ns && next_ns <= now_ns + interval_ns)
			return false;
		after_ns = next_ns > full_ns && next_ns <= now_ns ? next_ns : full_ns;
		after_ns += token_ns;
	} while (!__atomic_compare_exchange_n(&limit->next_ns, &next_ns, after_ns, true,
					      __ATOMIC_RELAXED, __ATOMIC_RELAXED));
	return true;
}

static COLD int take_token(struct mplog_limit_ *limit, int level, unsigned interval_ms,
			   unsigned burst)
{
	const int64_t second = current_second(); /* before the exact clock */
	const int64_t interval_ns = (int64_t)interval_ms * NS_PER_MS;
	const int64_t now_ns = current_moment_ns();

	if (is_below_level(level))
		return BELOW_LEVEL;
	if (interval_ms == 0)
		return PASSES;
	if (burst == 0)
		return hold_back(limit);
	if (has_token(limit, interval_ns, interval_ns / burst, now_ns))
		return PASSES;
	if (__atomic_load_n(&limit->next_ns, __ATOMIC_RELAXED) - now_ns > NS_PER_S)
		__atomic_store_n(&limit->closed_second, second, __ATOMIC_RELAXED);
	return hold_back(limit);
}

/* A call that is held back reads no clock but time(2), which costs half of what the others do: no call
 * passes in a second of the wall clock that has begun more than a second before the next token. */
int mplog_ratelimit_(struct mplog_limit_ *limit, int level, unsigned interval_ms, unsigned burst)
{
	if (LIKELY(current_second() == __atomic_load_n(&limit->closed_second, __ATOMIC_RELAXED) &&
		   __atomic_load_n(&mplog_gate_, __ATOMIC_RELAXED) != &open_gate))
		return hold_back(limit);
	return take_token(limit, level, interval_ms, burst);
}

/* ---- The call that passes --------------------------------------------------------------------- */

int mplog_emit_limited_(struct mplog_limit_ *limit, const struct mplog_site *site, int level,
			const char *fmt, ...)
{
	const uint64_t held_back = __atomic_exchange_n(&limit->held_back, 0, __ATOMIC_RELAXED);
	va_list ap;
	struct record_source said = {
		.site = site,
		.fmt = fmt ? fmt : "",
		.suppressed = held_back,
	};
	int r;

	va_start(ap, fmt);
	said.ap = &ap;
	r = log_source(&said, level);
	va_end(ap);
	if (r < 0 || r == HELD_BACK) /* the next record has to say it */
		(void)__atomic_fetch_add(&limit->held_back, held_back, __ATOMIC_RELAXED);
	return r;
}
