/* SPDX-License-Identifier: MIT */
/* entry: one record of the journal, as far as mplog tail shows it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-journal.h>

#include "base/strbuf.h"
#include "tool/journal/scan.h"
#include "tool/ui/progress.h"

/* Fields that the record does not have are NULL. All of them may hold any bytes. Valid until the
 * journal moves to another record. */
struct journal_entry {
	sd_journal *journal;
	uint64_t realtime_us; /* when journald took it */
	uint64_t when_us;     /* when it was sent; when it was logged, out of a black box */
	int level;            /* -1: unknown */
	bool is_dumped;       /* out of a black box */
	bool is_good_end;     /* mplog's own, of a child that ended well */
	struct bytes process, identifier, message; /* no newlines at its end */
	struct scan scan;
};

/* Returns a field of the record at hand, in the memory of the journal: valid until the next call. Data
 * is NULL where there is none. */
struct bytes entry_get(sd_journal *journal, const char *name);

/* Returns the number that the bytes are; 0 where they are none. */
uint64_t entry_parse_number(struct bytes value);

/* Returns the number in such a field; 0 where there is none. */
uint64_t entry_get_number(sd_journal *journal, const char *name);

/* Counts the record at hand as read, and shows how far that is, now and then. */
void entry_tell_progress(struct progress *progress, sd_journal *journal);

/* Reads the record at hand. Returns false where it has no process name: it is not a record of mplog. */
bool entry_read(struct journal_entry *entry, sd_journal *journal);
