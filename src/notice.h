/* SPDX-License-Identifier: MIT */
/* notice: mplog's own records. They have fixed MESSAGE_IDs, which the journal's catalog explains,
 * no PROCESS_SEQ, and are in no counter. */
#pragma once

#include <stdint.h>

#include "text.h"
#include "record.h"
#include "route.h"

enum notice_kind {
	NOTICE_LOST,       /* records were lost or diverted */
	NOTICE_SUPPRESSED, /* records were over the rate limit */
	NOTICE_MISTAKE,    /* a mistake in the configuration or the environment */
	NOTICE_RELOADED,   /* the configuration was loaded again */
	NOTICE_LEVEL,      /* somebody outside changed a level, or its time is over */
	NOTICE_CHILD,      /* a child died */
	NOTICE_NAME,       /* a process name was changed to a valid one */
	NOTICE_SINK,       /* the sink asked for by name failed */
	NOTICE_BOARD,      /* no slot, or no board: mplog(1) cannot see everything */
	NOTICE_COUNT
};

extern const char *const notice_message_ids[NOTICE_COUNT];

struct notice {
	enum notice_kind kind;
	int level;
	struct text fields;
	struct text message;
	char fields_data[1024];
	char message_data[768];
};

/* Async-signal-safe, all of them. */
void notice_begin(struct notice *notice, enum notice_kind kind, int level);
void notice_put(struct notice *notice, const char *name, const char *value);
void notice_put_number(struct notice *notice, const char *name, uint64_t number);
void notice_put_time(struct notice *notice, const char *name, int64_t realtime_ns); /* in µs, as journald's */
void notice_say(struct notice *notice, const char *text);
void notice_say_number(struct notice *notice, uint64_t number);

/* As route_record(). */
int notice_send(struct notice *notice, struct route *route);
