/* SPDX-License-Identifier: MIT */
/* regex: extended regular expressions, as of regex(7), on any bytes. */
#pragma once

#include <regex.h>
#include <stdbool.h>

#include "base/strbuf.h"

/* Returns whether the text, which may be NULL, has a match. Without REG_STARTEND a NUL ends it. */
bool regex_matches(const regex_t *regex, struct bytes text);

/* Returns whether the expression has an upper-case letter: without one, case does not matter. */
bool regex_has_upper_case(const char *expression);
