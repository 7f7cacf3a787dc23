/* SPDX-License-Identifier: MIT */
#include "tool/journal/dumped.h"

#include <stdlib.h>

#include "record/field-name.h"
#include "tool/journal/entry.h"
#include "tool/ui/memory.h"

static void add(struct dumped *dumped, uint64_t when_us, char *cursor)
{
	dumped->record =
		memory_grow(dumped->record, dumped->n + 1, &dumped->room, sizeof(*dumped->record));
	dumped->record[dumped->n] = (struct dumped_record){ when_us, dumped->n, cursor };
	dumped->n++;
}

/* Those of one moment stay in the order of the journal. */
static int compare(const void *a, const void *b)
{
	const struct dumped_record *left = a, *right = b;

	if (left->when_us != right->when_us)
		return left->when_us < right->when_us ? -1 : 1;
	return (left->order > right->order) - (left->order < right->order);
}

/* An error is one of looking for them, which says more. */
bool dumped_is_there(sd_journal *journal)
{
	const void *data;
	size_t size;

	return sd_journal_query_unique(journal, FIELD_NAME_BLACKBOX) < 0 ||
	       sd_journal_enumerate_available_unique(journal, &data, &size) != 0;
}

int dumped_collect(struct dumped *dumped, sd_journal *journal, uint64_t first_us, uint64_t last_us)
{
	int r;

	*dumped = (struct dumped){ 0 };
	r = sd_journal_add_match(journal, FIELD_NAME_BLACKBOX "=1", 0);
	if (r >= 0)
		r = sd_journal_seek_realtime_usec(journal, first_us);
	while (r >= 0 && (r = sd_journal_next(journal)) > 0) {
		const uint64_t when_us = entry_get_number(journal, FIELD_NAME_TIME);
		uint64_t realtime_us;
		char *cursor;

		if (sd_journal_get_realtime_usec(journal, &realtime_us) < 0 ||
		    realtime_us < first_us || !when_us)
			continue;
		if (realtime_us > last_us)
			break;
		if (sd_journal_get_cursor(journal, &cursor) >= 0)
			add(dumped, when_us, cursor);
	}
	if (dumped->n > 0)
		qsort(dumped->record, dumped->n, sizeof(*dumped->record), compare);
	return r < 0 ? r : 0;
}

void dumped_free(struct dumped *dumped)
{
	for (size_t i = 0; i < dumped->n; i++)
		free(dumped->record[i].cursor);
	free(dumped->record);
	*dumped = (struct dumped){ 0 };
}

const char *dumped_next(struct dumped *dumped, uint64_t before_us)
{
	if (dumped->next == dumped->n || dumped->record[dumped->next].when_us >= before_us)
		return NULL;
	return dumped->record[dumped->next++].cursor;
}
