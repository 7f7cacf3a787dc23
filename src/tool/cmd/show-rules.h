/* SPDX-License-Identifier: MIT */
/* show-rules: rules as they were read. */
#pragma once

#include <stdbool.h>

#include "conf/settings.h"

/* Prints all rules, or those for the identifier, where it is not NULL. */
void show_rules(const struct rules *rules, const char *identifier, bool is_json);

/* Returns whether the pattern, where there is one, leaves nothing out. */
bool show_is_any(const struct glob *glob);
