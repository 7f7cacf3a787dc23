/* SPDX-License-Identifier: MIT */
/* stderr-fd: what descriptor 2 is: the program's standard error, or a stream of the journal
 * (JOURNAL_STREAM), or a stranger.
 *
 * Descriptor 2 is known by its identity when the library starts and when the program calls
 * mplog_open(). Another file that has the number later may be the program's own: a client's socket,
 * a data file. Such a stranger is no sink. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum stderr_kind {
	STDERR_NONE,  /* closed, /dev/null, or a stranger */
	STDERR_PLAIN, /* a file or a device: it takes what it is given */
	STDERR_TERMINAL,
	STDERR_PIPE,
	STDERR_SOCKET,
};

struct stderr_probe {
	enum stderr_kind kind;
	bool is_journal; /* JOURNAL_STREAM names it: sd_journal_stream in systemd.exec(5) */
	bool is_limited; /* a write may raise SIGXFSZ (RLIMIT_FSIZE) */
};

/* Takes descriptor 2 for standard error, whatever it is but closed or close-on-exec. */
void stderr_begin(void);

/* Takes descriptor 2 for standard error if it is no stranger. Reads JOURNAL_STREAM and NO_COLOR from
 * the environment, which other threads may change later. Before, neither counts as set. */
void stderr_open(void);

/* Looks at the descriptor, once in a tick of the coarse clock, whose time is NOW_NS; and each time where
 * it is no place for records, or once was none. IS_ASKED_FOR: by the sink's name or MPLOG_SINGLE; then
 * only a socket can be a stranger. */
struct stderr_probe stderr_probe(bool is_asked_for, int64_t now_ns);

/* Answer from what was found in the last second or since stderr_invalidate(): a record of a single
 * process, or with an echo, asks each time. */
bool stderr_is_journal(int64_t now_ns);
bool stderr_is_terminal(int64_t now_ns);

/* Has each record look at the descriptor from now on. */
void stderr_look_always(void);

/* Has the next look examine the descriptor anew. Async-signal-safe. */
void stderr_invalidate(void);

/* Tells whether NO_COLOR was in the environment and not empty: https://no-color.org. */
bool stderr_no_color(void);

/* Tells whether the other end is a journald, whether JOURNAL_STREAM is set or not. */
bool stderr_leads_to_journald(void);
