/* SPDX-License-Identifier: MIT */
/* layout: where the parts of a picture are. It has no width of its own: what lies along time is placed in
 * percent. */
#pragma once

#include <stdio.h>

#include "tool/timeline/axis.h"
#include "tool/timeline/survey.h"

struct picture {
	FILE *file;
	const struct survey *survey;
	const char *nonce; /* what a page's styles are marked with; NULL: it is no page */
	struct axis axis;
	unsigned label_width; /* of the names at the left, in pixels, as all that follows */
	unsigned lane_height;
	unsigned strip_y; /* of how many live at once */
	unsigned top;     /* of the first lane */
	unsigned height;  /* of all */
	unsigned *y;      /* of the middle of each lane */
};

/* Returns how long after the beginning of the picture that is. */
uint64_t layout_since(const struct picture *picture, uint64_t when_us);

/* Prints x="12.3456%" for an attribute of that name. */
void layout_put_x(const struct picture *picture, const char *name, uint64_t when_us);

/* Prints the attributes of a rectangle that lasts from one moment to the other. */
void layout_put_span(const struct picture *picture, uint64_t from_us, uint64_t to_us);

/* Prints "09:25:11.280123, worker-1". */
void layout_put_moment(const struct picture *picture, const struct lane *lane, uint64_t when_us);

static inline const char *layout_level_name(int level)
{
	return level == LEVEL_UNKNOWN ? "no level" : mplog_level_name(level);
}
