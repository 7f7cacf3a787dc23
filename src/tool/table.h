/* SPDX-License-Identifier: MIT */
/* table: aligned columns. */
#pragma once

#include <stddef.h>
#include <stdio.h>

#include "print.h"

struct column {
	const char *title;
	bool right; /* numbers */
};

struct table;

/* NULL: no memory. The columns have to outlive it. */
struct table *table_new(const struct column *columns, size_t n);
void table_free(struct table *table);

/* The next cell, from left to right, row by row. */
void table_put(struct table *table, enum colour colour, const char *fmt, ...) MPLOG_PRINTF_(3, 4);

/* A row of one text that goes over all columns. */
void table_put_heading(struct table *table, enum colour colour, const char *fmt, ...)
	MPLOG_PRINTF_(3, 4);

/* Leaves the rest of the row empty. */
void table_end_row(struct table *table);

/* Prints title and rows. Returns 0 or -ENOMEM, where a cell had been lost. */
int table_print(const struct table *table, FILE *out);
