/* SPDX-License-Identifier: MIT */
/* emit: one log call behind the gate, from the last word about its level to the counters. */
#pragma once

#include <stdbool.h>

#include "mplog.h"
#include "record.h"
#include "route.h"
#include "scope.h"
#include "thread.h"

/* SOURCE holds what the call says: level, error, site, fields and message; who speaks is filled in.
 * Returns as the log functions of mplog.h do. Leaves errno alone. */
int emit(struct record_source *source);

/* The same, async-signal-safe, and on a small stack. */
int emit_in_signal(struct record_source *source);

/* The level in force for the thread, with what people outside said. */
int emit_level(struct thread *thread);
