/* SPDX-License-Identifier: MIT */
/* notice: mplog's own records. They have fixed MESSAGE_IDs, which the journal's catalog explains,
 * no PROCESS_SEQ, and are in no counter. All functions are async-signal-safe. */
#pragma once

#include <stdint.h>

#include "base/strbuf.h"
#include "scope/scope.h"
#include "sink/dispatch.h"

enum notice_kind {
	NOTICE_LOST,       /* records were lost or diverted */
	NOTICE_SUPPRESSED, /* records were over the rate limit */
	NOTICE_MISTAKE,    /* a mistake in the configuration or the environment */
	NOTICE_RELOADED,   /* the configuration was loaded again */
	NOTICE_LEVEL,      /* an operator changed a level, or the time of such a level is over */
	NOTICE_CHILD,      /* a child died */
	NOTICE_NAME,       /* a process name was changed to a valid one */
	NOTICE_SINK,       /* the sink asked for by name failed */
	NOTICE_BOARD,      /* no slot, or no board: mplog(1) cannot see everything */
	NOTICE_BLACKBOX,   /* the records of a black box follow */
	NOTICE_COUNT
};

extern const char *const notice_message_ids[NOTICE_COUNT];

enum { NOTICE_MESSAGE_MAX = 768 };

struct notice {
	enum notice_kind kind;
	int level;
	struct strbuf fields;
	struct strbuf message;
	char fields_data[1024];
	char message_data[NOTICE_MESSAGE_MAX + 1];
};

/* Begins a notice without text, whose one field is MESSAGE_ID. */
void notice_begin(struct notice *notice, enum notice_kind kind, int level);

/* Add a field; one that does not fit is left out. A time is written in microseconds. */
void notice_put(struct notice *notice, const char *name, const char *value);
void notice_put_number(struct notice *notice, const char *name, uint64_t number);
void notice_put_time(struct notice *notice, const char *name, int64_t realtime_ns);

/* Puts the name and pid of another process, whose slot this is, into fields and message. */
void notice_put_child(struct notice *notice, const struct slot *slot, pid_t pid);

/* Adds to the message, with printf's formats. */
__attribute__((__format__(printf, 2, 3))) void notice_textf(struct notice *notice, const char *fmt,
							    ...);

/* Sends a notice of a process whose records begin with HEAD. */
struct dispatch_result notice_dispatch(const struct notice *notice, struct dispatch *dispatch,
				       struct bytes head);

/* Sends a notice of that scope, and shows on the scope's slot where the notice went. */
struct dispatch_result notice_send(const struct notice *notice, struct dispatch *dispatch,
				   struct scope *scope);

/* Does so with a dispatch of its own, if the scope has a configuration yet. */
void notice_log(const struct notice *notice, struct scope *scope);

/* Returns the key of TEXT for board_once(). */
uint64_t notice_key(uint64_t seed, const char *text);

/* Send a notice once a run; of the board's failure each time. */
void notice_name_changed(const char *given, const char *name);
void notice_board_full(void);
void notice_no_blackbox(void);
void notice_board_failed(int error);
void notice_reloaded(uint64_t version);

/* Tells that the time of an operator's level is over, and LEVEL is the scope's again. */
void notice_level_expired(struct scope *scope, int level);
