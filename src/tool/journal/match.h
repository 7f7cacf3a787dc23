/* SPDX-License-Identifier: MIT */
/* match: which records are wanted, as matches of the journal's index. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <systemd/sd-journal.h>

#include "base/glob.h"
#include "base/strbuf.h"

struct match_options {
	const char *identifier; /* or NULL */
	const char *run;        /* RUN_ID, or NULL */
	int first_level, level; /* from the one to the other, of which the latter is less severe */
	const char **fields;    /* "FIELD=VALUE"; those of one field are alternatives */
	size_t n_fields;
	char **patterns; /* globs on process names, NULL at the end; behind a '!' those that are not wanted;
			    none, or these alone: all others */
};

struct match {
	struct match_options options;
	sd_journal *journal;
	struct glob *globs, *unwanted; /* of one array */
	size_t n_globs, n_unwanted;
	struct bytes *names; /* PROCESS=... of all processes in the journal, with a NUL behind it */
	size_t n_names, names_room;
	size_t n_wanted;                                           /* of them */
	enum { MATCH_UNKNOWN, MATCH_BY_INDEX, MATCH_BY_SCAN } way; /* to those that are there */
	bool is_exact; /* all that match are wanted, or no record of mplog's */
};

/* Finds out what names there are in the journal. Returns 0 or a negative errno;
 * match_free() in both cases. */
int match_init(struct match *match, sd_journal *journal, const struct match_options *options);
void match_free(struct match *match);

/* Adds a match for a field of that value, if it is not NULL. Returns 0 or a negative errno. */
int match_add(sd_journal *journal, const char *name, const char *value);

/* Returns whether TEXT is FIELD=VALUE, of a field that the journal can have. */
bool match_is_field(const char *text);

/* Returns whether a process name is wanted. */
bool match_wants(const struct match *match, struct bytes name);

/* Returns whether the record at hand has one that is wanted. */
bool match_wants_entry(const struct match *match);

/* Returns the I-th name there is. */
const char *match_name(const struct match *match, size_t i);

/* Match the records of wanted names that are there, or are yet to come, perhaps with others. Return 0 or a
 * negative errno. */
int match_names(struct match *match);
int match_names_to_come(struct match *match);
