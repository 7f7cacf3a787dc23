/* SPDX-License-Identifier: MIT */
/* stderr-format: a record as one line of standard error, with its newline. Pure. */
#pragma once

#include <time.h>

#include "base/strbuf.h"
#include "sink/sink.h"

/* 2026-11-22 09:25:11,280 DEBUG ingestd 4875 root process=1 Running process: 1 ... */
void strbuf_put_line(struct strbuf *text, const struct delivery *delivery,
		     const struct timespec *when, bool color);

/* Puts an object with all fields of the record. As in journalctl -o json, a value is a string, or an
 * array of its bytes where it is not text; __REALTIME_TIMESTAMP is in microseconds. */
void strbuf_put_json_line(struct strbuf *text, const struct delivery *delivery,
			  const struct timespec *when);
