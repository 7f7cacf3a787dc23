/* SPDX-License-Identifier: MIT */
/* level: names <-> numbers. The functions are public: mplog_level_parse, mplog_level_name. */
#pragma once

#include "mplog.h"

/* Every name that a level has; ends with NULL. */
extern const char *const level_words[];

/* Those that are printed: what a message about a wrong level offers. */
#define LEVEL_NAMES "emerg alert crit err warning notice info debug none"
