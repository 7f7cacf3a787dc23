/* SPDX-License-Identifier: MIT */
/* sink: where a record goes. What a sink is: one small table of functions.
 *
 * A sink knows no configuration: what it should look like is handed to it as a style. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "deadline.h"
#include "record.h"

enum sink_id { SINK_JOURNAL, SINK_SYSLOG, SINK_STDERR, SINK_COUNT };

/* How records look: plain values, the same for all records of a scope. */
struct style {
	const char *identifier;
	const char *process;
	struct bytes prefix[SINK_COUNT];
	int facility; /* syslog's number, 0 to 23; -1: not set */
	bool syslog_rfc5424;
	bool stderr_json;
	int stderr_color; /* 0, 1, or -1: where it is a terminal and NO_COLOR is not set */
};

struct delivery {
	const struct record *record;
	const struct style *style;
	struct deadline *deadline;
	pid_t pid;
};

struct sink {
	const char *name;
	/* 1: written. 0: there is no such sink here (a choice, not a failure), nor was one since
	 * the program began. Or a negative errno: -EAGAIN where it was full until the deadline,
	 * -ENOTCONN where it was there and is gone. Async-signal-safe; needs no lock; changes
	 * errno; raises no SIGPIPE. Called inside of epoch_enter(). */
	int (*write)(const struct delivery *delivery);
	/* Whether it ends in the host's journald, so that it is not worth a try where that failed. */
	bool (*is_journald)(void);
	/* In a new child, before its first record, and wherever else the descriptors may be another
	 * process's: with the next record take some of one's own. */
	void (*renew)(void);
	/* Gives descriptors back. A write afterwards opens them again. */
	void (*close)(void);
};

extern const struct sink sink_journal;
extern const struct sink sink_syslog;
extern const struct sink sink_stderr;
