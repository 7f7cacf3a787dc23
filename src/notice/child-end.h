/* SPDX-License-Identifier: MIT */
/* reap: the last figures of children that have ended. */
#pragma once

#include <sys/types.h>

#include "board/layout.h"
#include "mplog.h"

/* Does what mplog_reap() does, but for the check of STATS; NULL: only the notice. */
int child_end_report(pid_t pid, struct mplog_stats *stats);

/* Reports all children that died and were not reported. */
void child_end_report_all(void);

/* Reads the figures on a slot. stats->size is set; what lies beyond it is not touched. */
void stats_read(struct mplog_stats *stats, const struct slot *slot, pid_t pid);
