/* SPDX-License-Identifier: MIT */
/* level-show: mplog level [NAME]: what level processes have, and what was set. */
#pragma once

#include "tool/live/each.h"

/* Prints it. Returns the exit status. */
int level_show(const struct filter *filter);
