/* SPDX-License-Identifier: MIT */
/* tail-show: shows the records that mplog tail finds. */
#pragma once

#include <stdbool.h>

#include "tool/journal/query.h"
#include "tool/view/view.h"

struct tail_options {
	struct query_options query;
	const struct view *view;
	bool is_followed, has_delta, has_catalog;
};

/* Returns an exit status. */
int tail_show(const struct tail_options *options);
