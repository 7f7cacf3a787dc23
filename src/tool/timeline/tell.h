/* SPDX-License-Identifier: MIT */
/* tell: what the figures of processes say, as notes on their lanes. */
#pragma once

#include "tool/timeline/lanes.h"

/* Adds a note for each gap in the numbers of a process. */
void tell_gaps(struct lanes *lanes);

/* Adds a note where a process died badly. */
void tell_ends(struct lanes *lanes);

/* Formats how a process ended: "killed by signal 9", "exited with status 0"; "" where it is not
 * known. */
enum { TELL_END_SIZE = 64 };
const char *tell_format_end(const struct counted *process, char text[TELL_END_SIZE]);
