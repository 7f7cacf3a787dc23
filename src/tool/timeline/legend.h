/* SPDX-License-Identifier: MIT */
/* legend: the head of a picture: whose it is, its figures, and what its colors and signs mean. */
#pragma once

#include "tool/timeline/layout.h"

/* Returns the height of all that stands below the first line, in pixels. */
unsigned legend_height(const struct survey *survey);

/* Draws it from that point on: the first line's. */
void legend_draw(const struct picture *picture, unsigned x, unsigned y);
