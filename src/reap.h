/* SPDX-License-Identifier: MIT */
/* reap: the last figures of children that died. */
#pragma once

#include <sys/types.h>

#include "board.h"
#include "mplog.h"

/* As mplog_reap(), but for the check of stats; NULL: only the record. */
int reap(pid_t pid, struct mplog_stats *stats);

/* All children that died and were not told of. */
void reap_all(void);

/* The figures on a slot. stats->size is set; what lies beyond it is not touched. */
void stats_read(struct mplog_stats *stats, const struct slot *slot, pid_t pid);
