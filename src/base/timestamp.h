/* SPDX-License-Identifier: MIT */
/* stamp: a moment as text, in local time, without localtime(3): its lock hangs children of
 * threaded programs. The offsets from UTC are looked up once for the years ahead. */
#pragma once

#include <stdint.h>
#include <time.h>

#include "base/strbuf.h"

/* Looks up the offsets of local time for the years around now. Not in a child or signal handler.
 * Without it, and past those years, the last known offset holds (at first: UTC). */
void timestamp_init(void);

/* 2026-11-22 09:25:11,280 */
void strbuf_put_log_time(struct strbuf *text, const struct timespec *when);
/* Nov 22 09:25:11 */
void strbuf_put_rfc3164_time(struct strbuf *text, const struct timespec *when);
/* 2026-11-22T09:25:11.280123+01:00 */
void strbuf_put_rfc5424_time(struct strbuf *text, const struct timespec *when);
