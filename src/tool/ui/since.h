/* SPDX-License-Identifier: MIT */
/* since: a moment as people write it. Pure. */
#pragma once

#include <stdint.h>
#include <time.h>

/* Reads "2026-11-22", "2026-11-22 09:25[:11[,280]]", "09:25[:11[,280]]", "@1795358106[.280]", "now",
 * "today", "yesterday", "10min ago" or "-1h30m": local time, NOW being now, unless " UTC", "Z" or
 * "+01:00" follows the time. Sets *ret_us to microseconds since 1970. Returns 0 or -EINVAL. */
int since_parse(const char *text, time_t now, uint64_t *ret_us);

/* Likewise, the last microsecond of the fraction: a record with that stamp is not behind it. */
int since_parse_until(const char *text, time_t now, uint64_t *ret_us);
