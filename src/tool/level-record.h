/* SPDX-License-Identifier: MIT */
/* level-record: each change is a record in the program's own journal: who, what, until when. */
#pragma once

#include "level-change.h"

/* One that cannot be written is told of on standard error: the change stands. */
void level_record_send(const struct found_board *board, const struct override_order *order);
