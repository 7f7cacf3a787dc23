/* SPDX-License-Identifier: MIT */
/* count: adds the records of the journal to a tally. */
#pragma once

#include <systemd/sd-journal.h>

#include "tool/journal/tally.h"

/* Reads the journal from where it stands to its end. Returns 0 or a negative errno. */
int count_journal(struct tally *tally, sd_journal *journal);
