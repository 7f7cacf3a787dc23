/* SPDX-License-Identifier: MIT */
/* tree: which lane belongs to which, and in which order they are drawn. */
#pragma once

#include "tool/timeline/lanes.h"

/* Finds scopes, lives and parents, from the reports too, and sorts the lanes: each before its
 * children, those by their beginning. Lives are cut at the two moments; 0: not. */
void tree_arrange(struct lanes *lanes, uint64_t since_us, uint64_t until_us);

/* Returns how many processes of the lanes lived at once, at most. */
size_t tree_most_at_once(const struct lanes *lanes);

/* How many processes live from a moment on. */
struct alive {
	uint64_t when_us;
	size_t n;
};

/* Returns these, in order, to be given to free(3). */
struct alive *tree_alive(const struct lanes *lanes, size_t *ret_n);
