/* SPDX-License-Identifier: MIT */
/* gaps-board: what the boards say of processes that have ended. */
#pragma once

#include "boards.h"
#include "gaps.h"
#include "snapshot.h"

/* What the boards of programs that still run say of their dead: looked for before the journal is
 * read, so that all that these logged has had time to get there, and added afterwards. ALL: also
 * those of which the journal has nothing. */
struct obituaries {
	struct boards boards;
	struct snapshot *snapshot; /* one a board */
};
int gaps_read_boards(struct obituaries *ret);
void gaps_add_boards(struct tally *tally, const struct obituaries *obituaries, bool all);
void gaps_free_boards(struct obituaries *obituaries);
