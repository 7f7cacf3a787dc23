/* SPDX-License-Identifier: MIT */
/* tail-match: which records are wanted, as matches of the journal's index. */
#pragma once

#include "tail-query.h"

enum {
	/* It takes longer to add more than to look at all records. */
	MATCH_NAMES_MAX = 256,
};

/* What names there are in the journal, and how many of them are wanted. Returns 0 or a negative
 * errno, as all of these. */
int match_find_names(struct query *query);

bool match_name(const struct query *query, struct bytes name);

/* From now on the journal has the records of the wanted names that there are, */
int match_names(struct query *query);
/* or those of any name, or none, */
int match_any_name(struct query *query);
/* or those of names that are yet to come too, and maybe others. */
int match_names_to_come(struct query *query);
