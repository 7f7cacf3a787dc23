/* SPDX-License-Identifier: MIT */
/* tail-query: from globs on process names to records of the journal. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-journal.h>

#include "glob.h"
#include "tail-entry.h"

#define QUERY_ALL SIZE_MAX

struct query_options {
	const char *directory;  /* of journal files; NULL: this machine's journal */
	const char *identifier; /* or NULL */
	const char *run;        /* RUN_ID, or NULL */
	int level;
	uint64_t since_us; /* 0: the beginning */
	size_t count;      /* the last so many of those, or QUERY_ALL */
	char **patterns;   /* NULL at the end */
	bool hides_ends;   /* mplog's own records of children that ended well are left out */
};

struct names {
	char **name;
	size_t n;
};

struct query {
	struct query_options options;
	sd_journal *journal;
	struct glob *globs;
	size_t n_globs;
	struct names names; /* of all processes in the journal */
	size_t n_wanted;    /* of them */
	bool is_exact;      /* the journal's index says which records match */
	int spent;          /* on this way of finding them */
	char *tail;         /* cursor of the newest record when the query was opened; or NULL */
	uint64_t tail_us;
};

typedef void query_fn(const struct entry *entry, void *userdata);

/* Returns 0 or a negative errno; query_close() in both cases. */
int query_open(struct query *query, const struct query_options *options);
void query_close(struct query *query);

/* Calls FN for each record that there is, in order; not for those that came since query_open() if
 * these will be FOLLOWED. At most MAX of them. Returns 0 or a negative errno. */
int query_history(struct query *query, bool is_followed, size_t max, query_fn *fn, void *userdata);

/* Calls FN for each record that came since query_open() and will come, and FLUSH before waiting.
 * Returns a negative errno. */
int query_follow(struct query *query, query_fn *fn, void (*flush)(void *userdata), void *userdata);
