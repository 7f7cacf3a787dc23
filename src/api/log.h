/* SPDX-License-Identifier: MIT */
/* emit: one log call behind the gate, from the last word about its level to the counters. */
#pragma once

#include "mplog.h"
#include "process/thread.h"
#include "record/record.h"

/* mplog_emit(), mplog_vemit() and mplog_write() are here too. */

/* Logs MESSAGE as it is. Returns as they do. Leaves errno alone. */
int log_message(const struct mplog_site *site, int level, struct bytes message);

/* The level in force for the thread, with what people outside said. */
int log_level(struct thread *thread);
