/* SPDX-License-Identifier: MIT */
/* count: adds the records of the journal to a tally. */
#pragma once

#include <systemd/sd-journal.h>

#include "tool/journal/ended.h"
#include "tool/journal/record-at-hand.h"
#include "tool/ui/progress.h"

/* What is to be seen of the records besides their numbers. */
struct count_watch {
	uint64_t until_us; /* records from then on are not read; 0: all are */
	/* Called for each record, after it was counted. PROCESS sent it; NULL: the command mplog did. */
	void (*see)(void *userdata, struct counted *process, const struct record_at_hand *record);
	void *userdata;
};

/* Reads the journal from where it stands to its end. WATCH may be NULL. Returns 0 or a negative errno. */
int count_journal(struct tally *tally, struct reports *reports, sd_journal *journal,
		  const struct count_watch *watch, struct progress *progress);

/* Reads the notices of losses from where the journal stands to that moment. Returns 0 or a negative errno. */
int count_told_before(struct tally *tally, sd_journal *journal, uint64_t until_us,
		      struct progress *progress);
