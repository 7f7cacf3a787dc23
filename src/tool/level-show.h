/* SPDX-License-Identifier: MIT */
/* level-show: mplog level NAME: what level processes have, and who set it. */
#pragma once

#include "filter.h"

/* The exit status. */
int level_show(const struct filter *filter);

/* How many processes and scopes of that board the filter wants. */
size_t level_count(const struct found_board *board, const struct filter *filter);
