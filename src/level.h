/* SPDX-License-Identifier: MIT */
/* level: names <-> numbers. The functions are public: mplog_level_parse, mplog_level_name. */
#pragma once

#include "mplog.h"

/* What a message about a wrong level offers. */
#define LEVEL_NAMES "emerg alert crit err warning notice info debug none"
