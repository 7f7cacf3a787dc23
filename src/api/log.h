/* SPDX-License-Identifier: MIT */
/* log: one log call, from the gate through the rate limit to the counters: mplog_emit(),
 * mplog_vemit(), mplog_write(). */
#pragma once

#include "mplog.h"
#include "process/thread.h"
#include "record/record.h"

/* Logs what the source says at that level, which may have a facility in it. Returns as mplog_emit()
 * does. */
int log_source(struct record_source *said, int level);

/* Logs MESSAGE as it is. */
static inline int log_message(const struct mplog_site *site, int level, struct bytes message)
{
	struct record_source said = { .site = site, .message = message };

	return log_source(&said, level);
}

/* Returns the level in force for the thread, which an operator may have set. */
int log_level(struct thread *thread);
