/* SPDX-License-Identifier: MIT */
/* sink: what a record goes to. A sink is a row of functions; it knows no configuration, only the
 * struct output of a delivery. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "base/clock.h"
#include "record/record.h"
#include "sink/deadline.h"

struct log_socket;

enum sink_id { SINK_NONE = -1, SINK_JOURNAL, SINK_SYSLOG, SINK_STDERR, SINK_COUNT };

/* How the records of a scope look and where they may go: plain values. */
struct output {
	const char *identifier;
	const char *process;
	pid_t pid;
	struct bytes prefix[SINK_COUNT];

	enum sink_id forced; /* SINK_NONE: "auto" */
	bool single;         /* MPLOG_SINGLE: "auto" is standard error */
	int echo;            /* 0, 1, or -1: where standard error is a terminal */
	unsigned timeout_ms;

	int facility; /* of records without their own: syslog's number, 1 to 23; -1: not set */
	bool syslog_rfc5424;
	bool stderr_json;
	/* Of lines on standard error, the same in all of them: what identifies the scope, and the
	 * prefix, as the style has them. NULL: not made, or not to be made. */
	struct bytes line_head, line_prefix;
	int stderr_color; /* 0, 1, or -1: where it is a terminal and NO_COLOR is not set */
};

/* Returns the moment that the record tells of. */
static inline struct timespec record_time(const struct record *record)
{
	const int64_t ns = record->time_ns ? record->time_ns : clock_now_ns(CLOCK_REALTIME);

	return (struct timespec){ .tv_sec = (time_t)(ns / NS_PER_S),
				  .tv_nsec = (long)(ns % NS_PER_S) };
}

struct delivery {
	const struct record *record;
	const struct output *output;
	struct deadline *deadline;
};

/* A record that has not been composed yet, and memory to do so. */
struct direct_delivery {
	const struct record_source *source;
	const struct output *output;
	struct deadline *deadline;
	char *buffer;
	size_t capacity;
};

struct sink {
	const char *name;
	/* Returns 1: written. 0: the sink does not exist here, nor did it since the program began (a
	 * choice, not a failure). Or a negative errno: -EAGAIN where the sink was full until the
	 * deadline, -ENOTCONN where it existed and is gone. Async-signal-safe; takes no lock;
	 * changes errno; raises no SIGPIPE. Called inside of epoch_enter(). */
	int (*write)(const struct delivery *delivery);
	/* Likewise, without a struct record where the sink needs none; or -EMSGSIZE where it does.
	 * NULL: it always does. */
	int (*write_direct)(const struct direct_delivery *delivery);
	/* Tells whether the sink does not exist here, for a record with that output: a write would
	 * return 0. NULL: its socket tells, see log_socket_is_missing(). */
	bool (*is_absent)(const struct output *output, int64_t now_ns);
	/* Tells whether the sink ends in the host's journald: no fallback after journald failed. */
	bool (*is_journald)(void);
	/* Opens and looks up what its writes need, before the process is sealed. */
	void (*seal)(void);
	struct log_socket *socket; /* NULL: descriptor 2, which is the program's */
};

/* Each is defined in the .c file of its name. */
extern const struct sink sink_journal;
extern const struct sink sink_syslog;
extern const struct sink sink_stderr;
