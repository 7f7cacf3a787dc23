/* SPDX-License-Identifier: MIT */
/* level: the names of levels. level.c defines the public mplog_level_parse, mplog_level_name. */
#pragma once

#include "mplog.h"

/* All names of levels; ends with NULL. */
extern const char *const level_words[];

/* The names that are printed, for messages about a wrong level. */
#define LEVEL_NAMES "emerg alert crit err warning notice info debug none"
