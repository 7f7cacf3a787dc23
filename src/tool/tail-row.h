/* SPDX-License-Identifier: MIT */
/* tail-row: one row of standard output, from left to right. Spaces are printed only where something
 * follows them. */
#pragma once

#include "tail.h"

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
/* TEXT in the colour of NAME. */
void row_put_name(struct row *row, const char *name, const char *text);
/* In the colour of its level; escaped. */
void row_put_text(struct row *row, int level, struct bytes text);
void row_put_date(struct row *row, const struct entry *entry);
/* And the time since *last_us, which is set, if that is asked for. */
void row_put_time(struct row *row, const struct entry *entry, uint64_t *last_us);
void row_end(struct row *row);
