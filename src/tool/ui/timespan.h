/* SPDX-License-Identifier: MIT */
/* timespan: "10m", "2s", "1h 30min", "1.5h", as in systemd.time(7). Pure. */
#pragma once

#include <stdint.h>

/* Reads a time span; a number without a unit is seconds. Returns 0 and sets *ret_usec, or -EINVAL
 * where the text is no time span, or -ERANGE beyond ten thousand years. */
int timespan_parse(const char *text, uint64_t *ret_usec);
