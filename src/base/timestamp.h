/* SPDX-License-Identifier: MIT */
/* stamp: a moment as text, in local time, without localtime(3): its lock hangs children of
 * threaded programs. The offsets from UTC are looked up once for the years ahead. */
#pragma once

#include <stdint.h>
#include <time.h>

#include "base/strbuf.h"

/* Looks up the offsets of local time for the years around now. Not in a child or signal handler.
 * Without it, and past those years, the last known offset holds (at first: UTC). */
void stamp_init(void);

/* 2026-11-22 09:25:11,280 */
void text_put_log_time(struct text *text, const struct timespec *when);
/* Nov 22 09:25:11 */
void text_put_rfc3164_time(struct text *text, const struct timespec *when);
/* 2026-11-22T09:25:11.280123+01:00 */
void text_put_rfc5424_time(struct text *text, const struct timespec *when);
