/* SPDX-License-Identifier: MIT */
/* big-journal: a day's journal of some programs that run over and over, each in many processes. Made once, by
 * systemd-journal-remote(8), with the fields that journald and the library give a record. */
#pragma once

enum {
	BIG_JOURNAL_PROGRAMS = 5, /* that run at the same time */
	BIG_JOURNAL_SHIFTS = 10,  /* of them, one after the other */
	BIG_JOURNAL_RUNS = BIG_JOURNAL_PROGRAMS * BIG_JOURNAL_SHIFTS,
	BIG_JOURNAL_PROCESSES = 64, /* of a run; their names are the same in all runs */
};

/* Makes the directory with so many records in journal files, unless it is there. Ends the program with a
 * message where it cannot be made. */
void big_journal_make(const char *directory, unsigned long records);

/* RUN_ID of a run. */
enum { BIG_JOURNAL_ID_SIZE = 33 };
void big_journal_run_id(char id[BIG_JOURNAL_ID_SIZE], unsigned run);
