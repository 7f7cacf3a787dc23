/* SPDX-License-Identifier: MIT */
/* table-columns: which columns a table has, and what its output is for. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "tool/ui/command.h"

struct column {
	const char *title;
	bool right;    /* numbers */
	bool is_extra; /* shown where it is asked for alone */
};

enum { TABLE_COLUMNS_MAX = 16 };

struct table_options {
	const struct column *column; /* all there are */
	size_t n_columns;
	const char *list; /* "process,pid", or NULL: those that are not extra */
	bool has_no_headings;
	bool is_raw; /* a blank between the cells, which have none; no headings of rows */
	size_t shown[TABLE_COLUMNS_MAX], n_shown;
};

/* Finds the columns of the list. Returns STATUS_GOOD, or STATUS_TROUBLE after a complaint that names
 * those that there are. */
int table_options_choose(struct table_options *options, const struct command *command);

/* Returns whether any of them was given. */
bool table_options_are_given(const struct table_options *options);
