/* SPDX-License-Identifier: MIT */
/* line: a record as one line of standard error, with its newline. Pure. */
#pragma once

#include <time.h>

#include "sink.h"
#include "text.h"

/* 2026-11-22 09:25:11,280 DEBUG ingestd 4875 root process=1 Running process: 1 ... */
void text_put_line(struct text *text, const struct delivery *delivery, const struct timespec *when,
		   bool color);

/* An object with all fields of the record. Values are strings, and arrays of their bytes where they
 * are no text, as journalctl -o json has it; so is __REALTIME_TIMESTAMP, in microseconds. */
void text_put_json_line(struct text *text, const struct delivery *delivery,
			const struct timespec *when);
