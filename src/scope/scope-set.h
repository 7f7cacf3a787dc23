/* SPDX-License-Identifier: MIT */
/* scope-set: what the program sets for a scope: its level and fields. */
#pragma once

#include "base/strbuf.h"
#include "scope/scope.h"

/* Sets the level above the configuration. Returns 0 or -ENOMEM. */
int scope_set_level(struct scope *scope, int level);

/* Sets a field, or takes it away where VALUE is NULL. Returns 0, -ENOMEM, or -E2BIG: too many or too
 * large. */
int scope_set_field(struct scope *scope, struct bytes name, const struct bytes *value);
