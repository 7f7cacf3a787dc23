/* SPDX-License-Identifier: MIT */
#include "sink.h"

#include "clock.h"

#define NS_PER_MS INT64_C(1000000)

const struct sink *const sinks[SINK_COUNT] = {
	[SINK_JOURNAL] = &sink_journal,
	[SINK_SYSLOG] = &sink_syslog,
	[SINK_STDERR] = &sink_stderr,
};

void sinks_renew(void)
{
	for (int i = 0; i < SINK_COUNT; i++)
		sinks[i]->renew();
}

int64_t coarse_now_ns(void)
{
	return clock_now_ns(CLOCK_MONOTONIC_COARSE);
}

int64_t deadline_now_ns(struct deadline *deadline)
{
	if (deadline->now_ns == 0)
		deadline->now_ns = coarse_now_ns();
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
