/* SPDX-License-Identifier: MIT */
/* log: one log call, from the gate through the rate limit to the counters: mplog_emit(),
 * mplog_vemit(), mplog_write(). */
#pragma once

#include "mplog.h"
#include "process/thread.h"
#include "record/record.h"

/* Logs MESSAGE as it is. Returns as mplog_emit() does. */
int log_message(const struct mplog_site *site, int level, struct bytes message);

/* Returns the level in force for the thread, which an operator may have set. */
int log_level(struct thread *thread);
