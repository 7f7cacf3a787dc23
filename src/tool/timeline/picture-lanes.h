/* SPDX-License-Identifier: MIT */
/* picture-lanes: the lanes of a picture: names, lives, and what happened. */
#pragma once

#include "tool/timeline/layout.h"

/* Returns how many steps the name of a lane is indented. */
unsigned lane_indent(const struct lane *lane);

/* Draws the name of a lane at its height. */
void lane_draw_label(const struct picture *picture, const struct lane *lane, unsigned x,
		     unsigned indent);

/* Draws all lives and notes. */
void lanes_draw(const struct picture *picture);

/* Prints the process of a lane in words, as lines of a title. */
void lane_put_title(const struct picture *picture, const struct lane *lane);
