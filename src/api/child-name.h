/* SPDX-License-Identifier: MIT */
/* child-name: the name of a child that none was given to, from the child_name of its parent's rule. */
#pragma once

#include "scope/scope-config.h"

/* Writes the name, and the number that %c stands for. In a child, whose process's scope still has the
 * parent's slot. Async-signal-safe. */
void child_name_make(const char *pattern, char *ret_name, unsigned *ret_number,
		     const struct scope_config *parent);
