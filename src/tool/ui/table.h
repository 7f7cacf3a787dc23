/* SPDX-License-Identifier: MIT */
/* table: aligned columns on standard output. They fit the width of a terminal, or $COLUMNS: the widest
 * column of text gives way. */
#pragma once

#include <stddef.h>

#include "tool/ui/table-columns.h"
#include "tool/ui/term.h"

struct table;

/* The options have to outlive the table. */
struct table *table_new(const struct table_options *options);
void table_free(struct table *table);

/* Adds the next cell, from left to right, row by row. */
void table_put(struct table *table, enum color color, const char *fmt, ...) MPLOG_PRINTF_(3, 4);

/* Likewise, of any bytes. */
void table_put_bytes(struct table *table, enum color color, struct bytes bytes);

/* Likewise, of a text that lines of a tree lead to: these are for people alone. */
void table_put_branch(struct table *table, enum color color, const char *lines, const char *text);

/* Adds a row of one text that goes over all columns: a name, and what stands behind it. */
void table_put_heading(struct table *table, enum color color, struct bytes name, const char *fmt,
		       ...) MPLOG_PRINTF_(4, 5);

/* Leaves the rest of the row empty. */
void table_end_row(struct table *table);

/* Prints titles and rows. */
void table_print(const struct table *table);
