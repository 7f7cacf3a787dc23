/* SPDX-License-Identifier: MIT */
/* rate-limit: whether a record is over the rate limit of its process name. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "board/layout.h"
#include "scope/scope-config.h"

/* Takes a token for a record, where the configuration has a limit. Returns true, and counts the record as
 * suppressed, where none is left. */
COLD bool rate_limit_suppresses(int level, const struct scope_config *config, struct slot *slot,
				int64_t now_ns);
