/* SPDX-License-Identifier: MIT */
#include "tool/timeline/marks.h"

#include <stdlib.h>

#include "tool/ui/memory.h"

enum { KINDS = LEVEL_COUNT + 1 }; /* the last: out of a black box */

void marks_init(struct marks *marks, size_t n_lanes)
{
	marks->n_lanes = n_lanes;
	marks->mark = memory_new(n_lanes * KINDS, sizeof(struct mark *));
}

static struct mark *mark_of(const struct marks *marks, const struct timeline_record *record)
{
	const size_t kind = record->is_dumped   ? LEVEL_COUNT
			    : marks->has_levels ? (size_t)record->level
						: 0;
	struct mark **const mark = &marks->mark[record->lane->row * KINDS + kind];

	if (!*mark) {
		*mark = memory_new(1, sizeof(**mark));
		(*mark)->cell = UINT64_MAX;
	}
	return *mark;
}

static struct bytes copy_bytes(char *data, struct bytes bytes)
{
	if (bytes.size > 0)
		memcpy(data, bytes.data, bytes.size);
	return (struct bytes){ data, bytes.size };
}

static void copy_record(struct timeline_record *copy, const struct timeline_record *record)
{
	copy->lane = record->lane;
	copy->when_us = record->when_us;
	copy->level = record->level;
	copy->is_dumped = record->is_dumped;
	copy->message = copy_bytes(copy->message_data, record->message);
	copy->fields = copy_bytes(copy->fields_data, record->fields);
	copy->site = copy_bytes(copy->site_data, record->site);
}

static void begin_mark(struct mark *mark, const struct timeline_record *record, uint64_t cell)
{
	mark->cell = cell;
	mark->n = 0;
	mark->first_us = mark->last_us = record->when_us;
	memset(mark->count, 0, sizeof(mark->count));
	copy_record(&mark->worst, record);
}

static uint64_t cell_of(const struct marks *marks, const struct timeline_record *record)
{
	if (!marks->cell_us || record->when_us < marks->begin_us)
		return 0;
	return (record->when_us - marks->begin_us) / marks->cell_us;
}

void marks_add(struct marks *marks, const struct timeline_record *record)
{
	struct mark *const mark = mark_of(marks, record);
	const uint64_t cell = cell_of(marks, record);

	if (mark->cell != UINT64_MAX && (mark->cell != cell || !marks->cell_us)) {
		marks->draw(marks->userdata, mark);
		mark->cell = UINT64_MAX;
	}
	if (mark->cell == UINT64_MAX)
		begin_mark(mark, record, cell);
	else if (record->level < mark->worst.level)
		copy_record(&mark->worst, record);
	if (record->when_us < mark->first_us)
		mark->first_us = record->when_us;
	if (record->when_us > mark->last_us)
		mark->last_us = record->when_us;
	mark->n++;
	mark->count[record->level]++;
}

void marks_finish(struct marks *marks)
{
	for (size_t i = 0; i < marks->n_lanes * KINDS; i++) {
		if (marks->mark[i] && marks->mark[i]->cell != UINT64_MAX)
			marks->draw(marks->userdata, marks->mark[i]);
		free(marks->mark[i]);
	}
	free(marks->mark);
	marks->mark = NULL;
}
