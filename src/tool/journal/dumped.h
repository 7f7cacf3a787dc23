/* SPDX-License-Identifier: MIT */
/* dumped: the records that came out of black boxes, which stand in the journal where they were sent and are
 * shown where they were logged. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-journal.h>

struct dumped_record {
	uint64_t when_us;
	size_t order; /* in the journal */
	char *cursor;
};

/* Those of a range of the journal, sorted by their time. */
struct dumped {
	struct dumped_record *record;
	size_t n, room;
	size_t next; /* the first that was not shown yet */
};

/* Returns whether the journal has any. */
bool dumped_is_there(sd_journal *journal);

/* Collects those of the records that match and were taken by journald from FIRST_US to LAST_US. A match is
 * added to the journal's. Returns 0 or a negative errno; dumped_free() in both cases. */
int dumped_collect(struct dumped *dumped, sd_journal *journal, uint64_t first_us, uint64_t last_us);
void dumped_free(struct dumped *dumped);

/* Returns the cursor of the next one that was logged before the moment, or NULL. */
const char *dumped_next(struct dumped *dumped, uint64_t before_us);
