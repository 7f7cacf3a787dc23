/* SPDX-License-Identifier: MIT */
/* standard-error: what descriptor 2 is, and bytes written to it without ever blocking for longer
 * than the deadline, unless it is a terminal. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/strbuf.h"

enum stderr_kind {
	STDERR_NONE,  /* closed, or /dev/null */
	STDERR_PLAIN, /* a file or a device: it takes what it is given */
	STDERR_PIPE,
	STDERR_SOCKET,
};

struct stderr_probe {
	enum stderr_kind kind;
	bool is_terminal;
	bool is_journal; /* JOURNAL_STREAM names it: sd_journal_stream in systemd.exec(5) */
};

/* Reads JOURNAL_STREAM and NO_COLOR from the environment, which may not be read later, when other
 * threads may change it. Before the first call neither counts as set. */
void stderr_read_environment(void);

/* Looks at the descriptor, now. */
struct stderr_probe stderr_probe(void);

/* Answer from what was found when the descriptor was last looked at, in the last second or since
 * stderr_invalidate(): a record of a single process, or with an echo, asks each time. NOW_NS is of the
 * coarse clock. */
bool stderr_is_journal(int64_t now_ns);
bool stderr_is_terminal(int64_t now_ns);

/* Has stderr_is_terminal() and stderr_is_journal() look anew. Async-signal-safe. */
void stderr_invalidate(void);

/* Tells whether NO_COLOR was in the environment and not empty: https://no-color.org. */
bool stderr_no_color(void);

/* Tells whether the other end is a journald, whether JOURNAL_STREAM is set or not. */
bool stderr_leads_to_journald(void);

/* Tries one write, which does not wait. Returns how many bytes went out, or a negative errno.
 * Raises no signal. */
ssize_t stderr_write_some(enum stderr_kind kind, struct bytes bytes);
