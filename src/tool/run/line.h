/* SPDX-License-Identifier: MIT */
/* line: one line of output: its level, its indentation, what a terminal would have left of it. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/strbuf.h"

enum { LINE_PREFIX_SIZE = 3 }; /* <N> */

struct line {
	struct bytes text; /* without <N> */
	int level;
	bool has_level; /* the line began with <N> */
};

/* Splits <N> from the text; a line without has LEVEL. */
struct line line_parse(struct bytes text, int level);

bool line_is_indented(struct bytes text);

/* Returns whether level and indentation of the text are known: of the beginning of a line. */
bool line_is_decided(struct bytes text);

/* Returns up to where the text has no carriage returns at its end. */
size_t line_size_without_returns(struct bytes text);

/* Takes from the text what a terminal would have overwritten, as that of a progress bar: all up to the
 * last carriage return, but for those at the end. These go too. Returns whether something was
 * overwritten. */
bool line_overwrite(struct bytes *text);
