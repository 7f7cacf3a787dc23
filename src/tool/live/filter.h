/* SPDX-License-Identifier: MIT */
/* filter: which programs and processes a command is about. */
#pragma once

#include "tool/live/snapshot.h"

struct filter {
	const char *identifier; /* a glob; NULL: every program */
	const char *run_id;     /* NULL: every run */
	const char *unit;       /* of systemd, of which a process has the board; NULL: every one */
	char *const *name;      /* globs on process names; none: every process */
	size_t n_names;
	bool with_pids; /* a number is a pid as well */
	bool with_dead;
};

/* Returns whether programs are chosen, and not only processes. */
bool filter_names_programs(const struct filter *filter);

bool filter_wants_program(const struct filter *filter, const struct found_board *board);
bool filter_wants_name(const struct filter *filter, const char *name);
bool filter_wants(const struct filter *filter, const struct slot_view *view);

/* Tells whether the name has digits alone: it may be a pid. */
bool filter_is_number(const char *name);

/* Says on standard error that none of these logs. */
void filter_tell_none(const struct filter *filter);
