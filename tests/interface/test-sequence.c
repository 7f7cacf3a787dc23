/* SPDX-License-Identifier: MIT */
/* Nothing is lost where journald keeps up: every record of every child is there, and its number. */

#include "lib/family.h"
#include "lib/suite.h"

enum { CHILDREN = 64, RECORDS = 1000 };

static _Noreturn void log_all(int child)
{
	struct mplog_stats stats = { .size = sizeof(stats) };
	int r = 0;

	for (int i = 1; i <= RECORDS; i++)
		r |= mplog_info("%d of child %d", i, child);
	if (mplog_get_stats(&stats) < 0 || stats.sent != RECORDS || stats.called != RECORDS)
		_exit(2);
	_exit(r != 0);
}

static void assert_records(int child)
{
	char match[32], message[64], number[16];
	struct journal_entries all;

	snprintf(match, sizeof(match), "PROCESS=child-%d", child);
	all = journal_read("SYSLOG_IDENTIFIER=sequence", match, NULL);
	ck_assert_uint_eq(all.n, RECORDS);
	for (int i = 1; i <= RECORDS; i++) {
		const struct journal_entry *entry = &all.entries[i - 1];

		snprintf(number, sizeof(number), "%d", i);
		snprintf(message, sizeof(message), "%d of child %d", i, child);
		ck_assert_str_eq(journal_value(entry, "PROCESS_SEQ"), number);
		ck_assert_str_eq(journal_value(entry, "MESSAGE"), message);
	}
	journal_entries_free(&all);
}

START_TEST(numbers_without_a_gap)
{
	const struct line go = line_open();
	pid_t pids[CHILDREN];

	family_open("sequence", "defaults = { prefix = \"\"; timeout_ms = 60000; };");
	for (int i = 0; i < CHILDREN; i++) {
		char name[32];

		snprintf(name, sizeof(name), "child-%d", i);
		pids[i] = mplog_fork(name);
		if (pids[i] == 0) {
			line_wait(&go);
			log_all(i);
		}
	}
	for (int i = 0; i < CHILDREN; i++)
		line_tell(&go);
	for (int i = 0; i < CHILDREN; i++)
		child_exited_well(pids[i]);
	for (int i = 0; i < CHILDREN; i++)
		assert_records(i);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("sequence");
	TCase *tcase = suite_case(suite, "sequence", journald_start, NULL);

	tcase_add_test(tcase, numbers_without_a_gap);
	return suite_run(suite);
}
