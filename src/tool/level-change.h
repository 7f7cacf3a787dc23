/* SPDX-License-Identifier: MIT */
/* level-change: the levels that operators set on a board, and putting them into force. */
#pragma once

#include "boards.h"
#include "snapshot.h"

struct override_order {
	const char *pattern; /* of process names */
	person_word person;  /* PERSON_RESET: the configuration's again */
	uid_t uid;
};

struct level_change_effect {
	size_t processes, scopes; /* alive, that it reached */
};

/* For names to come it is written into the table, then all slots that match are gone through.
 * Returns 0, or
 *   -ENAMETOOLONG  the pattern
 *   -ENOSPC        the table is full of others that still hold
 *   -EBUSY         somebody keeps the table locked */
int level_change_apply(const struct found_board *found, const struct override_order *order,
		       struct level_change_effect *ret);

/* Those in force, oldest first, for printing. Returns how many. */
struct override_shown {
	char pattern[PROCESS_NAME_SIZE];
	person_word person;
	uid_t uid;
};
size_t override_list(const struct found_board *found, struct override_shown ret[BOARD_OVERRIDES]);

/* Whether something is set there for that very pattern. */
bool override_holds(const struct found_board *found, const char *pattern);
