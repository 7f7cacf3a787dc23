/* SPDX-License-Identifier: MIT */
/* tail: what the views of mplog tail share. A view is one small table of functions. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "tail-query.h"
#include "terminal.h"

struct look {
	struct terminal terminal;
	bool has_identifier; /* records of several programs may be among them */
	bool has_delta;      /* time since the record before */
	bool is_followed;    /* there will be more */
};

struct view {
	const char *name;
	/* How many records to survey before the first is shown. */
	size_t surveys;
	bool hides_ends;
	void *(*open)(const struct look *look); /* NULL: no memory */
	void (*survey)(void *view, const struct entry *entry);
	void (*show)(void *view, const struct entry *entry);
	void (*close)(void *view);
};

extern const struct view view_short;
extern const struct view view_cat;
extern const struct view view_json;
extern const struct view view_lanes;

/* TEXT in the colour of NAME; returns the columns it took. */
unsigned tail_print_colored(const struct look *look, struct bytes name, struct bytes text);
/* In the colour of its level. Escaped. */
void tail_print_text(const struct look *look, int level, struct bytes escaped);
void tail_print_spaces(unsigned n);
/* "+12.345678 " or nothing. LAST_US: the record before, 0 at first; it is set. */
unsigned tail_print_delta(const struct look *look, const struct entry *entry, uint64_t *last_us);
/* The first line of *rest, which moves behind it. False at the end. */
bool tail_next_line(struct bytes *rest, struct bytes *ret_line);
