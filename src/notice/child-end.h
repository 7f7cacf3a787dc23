/* SPDX-License-Identifier: MIT */
/* child-end: the last figures of children that have ended. */
#pragma once

#include <sys/types.h>

#include "board/layout.h"
#include "mplog.h"

/* Reports the end of a child as mplog_reap() does. STATUS: what waitpid(2) has given already, or NULL.
 * STATS may be NULL. */
int child_end_report(pid_t pid, const int *status, struct mplog_stats *stats);

/* Reports all children of this process that ended and were not reported. */
void child_end_report_all(void);

/* Reads the figures on a slot, the first stats->size bytes of them. */
void stats_read(struct mplog_stats *stats, const struct slot *slot, pid_t pid);
