/* SPDX-License-Identifier: MIT */
/* count: adds the records of the journal to a tally. */
#pragma once

#include <systemd/sd-journal.h>

#include "tool/journal/ended.h"

/* Reads the journal from where it stands to its end. Returns 0 or a negative errno. */
int count_journal(struct tally *tally, struct reports *reports, sd_journal *journal);

/* Reads the notices of losses from where the journal stands to that moment. Returns 0 or a negative errno. */
int count_told_before(struct tally *tally, sd_journal *journal, uint64_t until_us);
