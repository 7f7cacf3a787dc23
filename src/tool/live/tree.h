/* SPDX-License-Identifier: MIT */
/* tree: the processes of one board in the order and with the lines of a tree. */
#pragma once

#include "tool/live/filter.h"
#include "tool/live/snapshot.h"

enum { TREE_PREFIX_SIZE = 128 };

struct tree_line {
	const struct slot_view *view;
	char prefix[TREE_PREFIX_SIZE]; /* the lines that lead to it */
};

struct tree {
	struct tree_line *line;
	size_t n;
};

/* Returns the processes and scopes that the filter wants, each below the nearest of its forebears
 * that is wanted too. A scope that repeats its process is left out. */
struct tree tree_grow(const struct snapshot *snapshot, const struct filter *filter);
void tree_free(struct tree *tree);
