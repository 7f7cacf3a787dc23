/* SPDX-License-Identifier: MIT */
/* query: from globs on process names to records of the journal. */
#pragma once

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-journal.h>

#include "tool/journal/dumped.h"
#include "tool/journal/entry.h"
#include "tool/journal/match.h"

#define QUERY_ALL SIZE_MAX

struct query_options {
	struct match_options match;
	const char *directory; /* of journal files; NULL: this machine's journal */
	const char *namespace; /* of it, as journalctl(1) takes them, or NULL */
	uint64_t since_us;     /* 0: the beginning */
	uint64_t until_us;     /* 0: no end */
	const regex_t *regex;  /* that messages match; or NULL */
	size_t count;          /* the last so many of those, or QUERY_ALL */
	struct progress *progress;
	bool hides_ends; /* mplog's own records of children that ended well are left out */
};

struct query {
	struct query_options options;
	sd_journal *journal;
	struct match match;
	char *tail; /* cursor of the newest record when the query was opened; or NULL */
	uint64_t tail_us;
	char *first; /* cursor of the first record that is asked for, once it is known; or NULL */
	struct dumped dumped; /* those behind it */
	size_t passed_on;     /* records, since the last query_history() began */
};

typedef void query_fn(void *userdata, const struct journal_entry *entry);

/* Opens the journal. Returns 0 or a negative errno; query_close() in both cases. */
int query_open(struct query *query, const struct query_options *options);
void query_close(struct query *query);

/* Calls FN for each record that there is, in order; not for those that came since query_open() if
 * these will be FOLLOWED. At most MAX of them. Returns 0 or a negative errno. */
int query_history(struct query *query, bool is_followed, size_t max, query_fn *fn, void *userdata);

/* Calls FN for each record that came since query_open() and will come, and FLUSH before waiting.
 * Returns a negative errno. */
int query_follow(struct query *query, query_fn *fn, void (*flush)(void), void *userdata);
