/* SPDX-License-Identifier: MIT */
/* survey: the first way through the journal, which finds the processes, and what happened to them. */
#pragma once

#include "tool/timeline/lanes.h"
#include "tool/timeline/source.h"

struct survey {
	struct source *source;
	struct tally tally;
	struct lanes lanes;
	struct level_change *change; /* by operators */
	size_t n_changes, changes_room;
	uint64_t begin_us, end_us; /* of all that is to be seen */
	uint64_t records;
	uint64_t count[LEVEL_COUNT]; /* of these, by level */
};

/* Surveys all records of the source. Returns 0 or a negative errno; survey_free() in both cases. */
int survey_make(struct survey *survey, struct source *source);
void survey_free(struct survey *survey);
