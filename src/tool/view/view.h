/* SPDX-License-Identifier: MIT */
/* view: what the views of mplog tail share. A view is one small table of functions. */
#pragma once

#include <stdbool.h>

#include "tool/journal/entry.h"
#include "tool/ui/term.h"

struct look {
	struct term term;
	bool has_identifier; /* records of several programs may be among them */
	bool has_delta;      /* time since the record before */
	bool has_catalog;    /* with what the catalog says of it */
	bool is_followed;    /* there will be more */
};

struct view {
	const char *name;
	/* How many records to survey before the first is shown. */
	size_t surveys;
	bool hides_ends;
	void *(*open)(const struct look *look);
	void (*survey)(void *view, const struct journal_entry *entry);
	void (*show)(void *view, const struct journal_entry *entry);
	void (*close)(void *view);
};

extern const struct view view_short;
extern const struct view view_cat;
extern const struct view view_json;
extern const struct view view_lanes;
