/* SPDX-License-Identifier: MIT */
/* count: the journal, one entry after the other, into a tally. */
#pragma once

#include <systemd/sd-journal.h>

#include "tool/journal/tally.h"

/* Reads the journal from where it stands to its end. Returns 0 or a negative errno. */
int count_journal(struct tally *tally, sd_journal *journal);
