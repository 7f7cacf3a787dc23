/* SPDX-License-Identifier: MIT */
/* level-show: mplog level [NAME]: what level processes have, and what was set. */
#pragma once

#include "tool/live/each.h"
#include "tool/ui/table-columns.h"

/* Returns those of its table. */
struct table_options level_show_options(void);

/* Prints it. Returns the exit status. */
int level_show(const struct filter *filter, const struct table_options *options);
