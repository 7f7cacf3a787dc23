/* SPDX-License-Identifier: MIT */
/* syslog-format: a record as a message of syslog: the local form of RFC 3164, or RFC 5424 with the
 * fields as structured data. Pure. */
#pragma once

#include <time.h>

#include "base/strbuf.h"
#include "sink/sink.h"

/* <14>Nov 22 09:25:11 ingestd[4875]: process=1 Running process: 1 ... */
void strbuf_put_rfc3164(struct strbuf *text, const struct delivery *delivery,
			const struct timespec *when);

/* <14>1 2026-11-22T09:25:11.280123+01:00 host ingestd 4875 - [mplog@32473 PROCESS="1"] process=1 ...
 * "-" stands in place of an absent host, and of fields where WITH_FIELDS is false. */
void strbuf_put_rfc5424(struct strbuf *text, const struct delivery *delivery,
			const struct timespec *when, const char *host, bool with_fields);
