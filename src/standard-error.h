/* SPDX-License-Identifier: MIT */
/* standard-error: what descriptor 2 is, and bytes written to it without ever blocking for longer
 * than the deadline, unless it is a terminal. */
#pragma once

#include <stdbool.h>

#include "sink.h"

enum stderr_kind {
	STDERR_NONE,  /* closed, or /dev/null */
	STDERR_PLAIN, /* a file or a device: it takes what it is given */
	STDERR_PIPE,
	STDERR_SOCKET,
};

struct stderr_look {
	enum stderr_kind kind;
	bool is_terminal;
	bool is_journal; /* JOURNAL_STREAM names it */
};

/* Looks at the descriptor, now. */
struct stderr_look stderr_look(void);

/* Whether NO_COLOR was in the environment and not empty: https://no-color.org. */
bool stderr_no_color(void);

/* Has stderr_is_terminal() and stderr_is_journal() look anew. */
void stderr_forget(void);

/* Whether its other end is a journald, be JOURNAL_STREAM set or not. */
bool stderr_leads_to_journald(void);

/* One attempt to write, which does not wait. Returns how many bytes went out, or a negative errno.
 * Raises no signal. */
ssize_t stderr_write_some(enum stderr_kind kind, struct bytes bytes);
