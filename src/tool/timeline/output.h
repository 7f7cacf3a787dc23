/* SPDX-License-Identifier: MIT */
/* output: the forms of a timeline. Each is one small table of functions. */
#pragma once

#include <stdio.h>

#include "tool/timeline/record.h"

struct output {
	const char *name;
	const char *ending; /* of file names */
	/* Prints the whole of it. Returns 0 or a negative errno of the journal. */
	int (*print)(const struct survey *survey, FILE *file);
};

extern const struct output output_svg;
extern const struct output output_html;
extern const struct output output_perfetto;
