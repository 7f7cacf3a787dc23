/* SPDX-License-Identifier: MIT */
/* timestamp: a moment as text, in local time, without localtime(3), whose lock hangs children of
 * threaded programs. */
#pragma once

#include <stdint.h>
#include <time.h>

#include "base/strbuf.h"

/* Looks up the offsets of local time, for as many years as there are different calendars: the clock may
 * be stepped anywhere. Not in a signal handler, nor where malloc(3) may hang. Before the first call
 * local time is UTC. */
void timestamp_init(void);

/* 2026-11-22 09:25:11,280 */
void strbuf_put_log_time(struct strbuf *text, const struct timespec *when);
/* Nov 22 09:25:11 */
void strbuf_put_rfc3164_time(struct strbuf *text, const struct timespec *when);
/* 2026-11-22T09:25:11.280123+01:00 */
void strbuf_put_rfc5424_time(struct strbuf *text, const struct timespec *when);
