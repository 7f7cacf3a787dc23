/* SPDX-License-Identifier: MIT */
#include "sink.h"

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
