/* SPDX-License-Identifier: MIT */
/* level: the names of levels. level.c defines the public mplog_level_parse, mplog_level_name. */
#pragma once

#include "base/strbuf.h"
#include "mplog.h"

/* All names of levels; ends with NULL. */
extern const char *const level_words[];

/* The names that are printed, for messages about a wrong level. */
#define LEVEL_NAMES "emerg alert crit err warning notice info debug none"

/* Returns the name of a level of a record in capitals. */
struct bytes level_upper(int level);

/* Returns the level that is nearest to any number. */
static inline int level_clamp(int number)
{
	if (number > MPLOG_DEBUG)
		return MPLOG_DEBUG;
	return number < MPLOG_NONE ? MPLOG_NONE : number;
}
