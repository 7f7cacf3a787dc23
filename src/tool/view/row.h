/* SPDX-License-Identifier: MIT */
/* row: one row of standard output, from left to right. Spaces are printed only where something
 * follows them. */
#pragma once

#include "tool/view/view.h"

enum {
	ROW_TIME_COLUMNS = 13,  /* "09:25:11,280 " */
	ROW_DELTA_COLUMNS = 12, /* "+  0.000000 " */
};

struct row {
	const struct look *look;
	unsigned at;      /* columns printed */
	unsigned pending; /* spaces to be printed */
};

void row_move_to(struct row *row, unsigned column);
/* Prints TEXT in the color of NAME. */
void row_put_name(struct row *row, struct bytes name, struct bytes text);
/* Prints escaped text in the color of its level. */
void row_put_text(struct row *row, int level, struct bytes text);
void row_put_date(struct row *row, const struct journal_entry *entry);
/* Prints the time, and the time since *last_us, which is set, if that is asked for. */
void row_put_time(struct row *row, const struct journal_entry *entry, uint64_t *last_us);
void row_end(struct row *row);
