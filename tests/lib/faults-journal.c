/* SPDX-License-Identifier: MIT */
#include "lib/faults.h"
#include "lib/journald.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-journal.h>

static sd_journal *open_journal(const char *process)
{
	sd_journal *journal;
	char match[80];

	journald_sync();
	(void)snprintf(match, sizeof(match), "PROCESS=%s", process);
	ck_assert_int_eq(sd_journal_open(&journal, SD_JOURNAL_LOCAL_ONLY), 0);
	ck_assert_int_eq(sd_journal_add_match(journal, match, 0), 0);
	return journal;
}

size_t faults_entries_of(const char *process, unsigned char *seen, size_t n_seen)
{
	sd_journal *journal = open_journal(process);
	const void *data;
	size_t n = 0, size;

	while (sd_journal_next(journal) > 0) {
		char number[32] = "";

		if (sd_journal_get_data(journal, "PROCESS_SEQ", &data, &size) < 0)
			continue;
		ck_assert_uint_lt(size, sizeof(number));
		memcpy(number, data, size);
		ck_assert_msg(faults_mark(seen, n_seen, strtoul(strchr(number, '=') + 1, NULL, 10)),
			      "%s of %s is there twice", number, process);
		n++;
	}
	sd_journal_close(journal);
	return n;
}
