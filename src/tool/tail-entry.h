/* SPDX-License-Identifier: MIT */
/* tail-entry: one record of the journal, as far as mplog tail shows it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-journal.h>

#include "text.h"

/* Fields that the record has not are NULL. Valid until the journal's next record. */
struct entry {
	sd_journal *journal;
	uint64_t realtime_us; /* when journald took it */
	uint64_t when_us;     /* when it was sent */
	int level;            /* -1: none is said */
	bool is_good_end;     /* mplog's own, of a child that ended well */
	struct bytes process, identifier, message;
	char process_data[64], identifier_data[256];
};

/* Of the journal's record at hand. False where it has no process name: it is not mplog's. */
bool entry_read_name(struct entry *entry, sd_journal *journal);
/* The rest. False where it cannot be read. */
bool entry_read(struct entry *entry);
