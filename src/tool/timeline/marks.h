/* SPDX-License-Identifier: MIT */
/* marks: records that are too close to be told apart become one mark, while they pass by in the order of
 * time: what is kept is one mark for each lane and level. */
#pragma once

#include "tool/timeline/record.h"

struct mark {
	struct timeline_record worst; /* the first of the most severe ones */
	uint64_t first_us, last_us;
	uint64_t n;
	uint64_t count[LEVEL_COUNT];
	uint64_t cell; /* of time; UINT64_MAX: empty */
};

struct marks {
	uint64_t begin_us;
	uint64_t cell_us; /* what is closer is one mark; 0: each record is one */
	bool has_levels;  /* records of different levels are different marks */
	void (*draw)(void *userdata, const struct mark *mark);
	void *userdata;
	struct mark **mark; /* of lanes, and levels */
	size_t n_lanes;
};

void marks_init(struct marks *marks, size_t n_lanes);

/* Adds a record; draws what it ends. */
void marks_add(struct marks *marks, const struct timeline_record *record);

/* Draws what is left. */
void marks_finish(struct marks *marks);
