/* SPDX-License-Identifier: MIT */
/* picture: what SVG and HTML share: the drawing of all lanes, without the marks of their records. */
#pragma once

#include "tool/timeline/layout.h"

void picture_init(struct picture *picture, const struct survey *survey, FILE *file);
void picture_free(struct picture *picture);

/* Draws all that stands behind the marks of records; these may be printed then. */
void picture_begin(struct picture *picture);
void picture_end(const struct picture *picture);
