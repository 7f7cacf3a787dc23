/* SPDX-License-Identifier: MIT */
#include "tool/journal/count.h"

#include <string.h>

#include "notice/notice.h"
#include "record/field-name.h"
#include "tool/journal/entry.h"

enum { TEXT_SIZE = IDENTIFIER_SIZE };

/* The record that the journal stands at. */
struct record_at_hand {
	sd_journal *journal;
	char run_id[TEXT_SIZE], message_id[TEXT_SIZE];
	sd_id128_t boot_id;
};

/* Copies a field, "" where there is none. A value that does not fit is cut: no valid one is as
 * long. */
static const char *get_text(sd_journal *journal, const char *name, char buffer[TEXT_SIZE])
{
	const struct bytes value = entry_get(journal, name);
	const size_t size = value.size < TEXT_SIZE ? value.size : TEXT_SIZE - 1;

	if (size > 0)
		memcpy(buffer, value.data, size);
	buffer[size] = '\0';
	return buffer;
}

static uint64_t get_number(const struct record_at_hand *record, const char *name)
{
	return entry_get_number(record->journal, name);
}

/* Returns false where the record is none of mplog's. */
static bool read_record(struct record_at_hand *record)
{
	char boot_id[TEXT_SIZE];

	if (!*get_text(record->journal, "RUN_ID", record->run_id))
		return false;
	(void)get_text(record->journal, "MESSAGE_ID", record->message_id);
	if (sd_id128_from_string(get_text(record->journal, "_BOOT_ID", boot_id), &record->boot_id) <
	    0)
		record->boot_id = SD_ID128_NULL;
	return true;
}

static bool is_notice(const struct record_at_hand *record, enum notice_kind kind)
{
	return strcmp(record->message_id, notice_message_ids[kind]) == 0;
}

static void name_process(struct counted *process, const struct record_at_hand *record,
			 const char *field)
{
	char name[TEXT_SIZE], identifier[TEXT_SIZE];

	if (process->name[0])
		return;
	counted_name(process, get_text(record->journal, field, name),
		     get_text(record->journal, "SYSLOG_IDENTIFIER", identifier));
}

static void note_first(const struct record_at_hand *record, struct counted *process)
{
	uint64_t realtime_us = 0, monotonic_us = 0;

	if (sd_journal_get_realtime_usec(record->journal, &realtime_us) >= 0)
		(void)sd_journal_get_monotonic_usec(record->journal, &monotonic_us, NULL);
	process->first_us = realtime_us;
	process->booted_us = realtime_us - monotonic_us;
}

static void count_record(struct tally *tally, const struct record_at_hand *record,
			 struct counted *process)
{
	const uint64_t sequence = get_number(record, "PROCESS_SEQ");

	/* PROCESS_SEQ begins anew: the pid belongs to another process now. */
	if (sequence == 1 && numbers_has(&process->numbers, 1))
		process = tally_renew(tally, process);
	name_process(process, record, "PROCESS");
	if (!process->records)
		note_first(record, process);
	/* A process without a parent is the run's first. */
	if (sequence == 1 && !entry_get(record->journal, "PROCESS_PARENT").size)
		tally->process[process->run_order]->run_begins = true;
	process->records++;
	if (sequence)
		process->twice += !numbers_add(&process->numbers, sequence);
}

static void note_lost(const struct record_at_hand *record, struct counted *process)
{
	const struct range range = { get_number(record, FIELD_NAME_FIRST_SEQ),
				     get_number(record, FIELD_NAME_LAST_SEQ) };

	process->told.lost += get_number(record, FIELD_NAME_LOST);
	process->told.diverted += get_number(record, FIELD_NAME_DIVERTED);
	numbers_add_range(&process->told_of, range);
}

/* What a parent says of its child. Where pids are counted differently (a container), the child is
 * known by its name. */
static struct counted *find_child(struct tally *tally, const struct record_at_hand *record)
{
	const pid_t pid = (pid_t)get_number(record, FIELD_NAME_CHILD_PID);
	char name[TEXT_SIZE];
	struct counted *found = tally_find(tally, record->run_id, pid);

	if (found)
		return found;
	(void)get_text(record->journal, FIELD_NAME_CHILD, name);
	for (size_t i = tally->n; i-- > 0;) {
		struct counted *process = tally->process[i];

		if (process->end == END_UNKNOWN && !process->last &&
		    strcmp(process->name, name) == 0 &&
		    strcmp(process->run_id, record->run_id) == 0)
			return process;
	}
	return tally_get(tally, record->run_id, record->boot_id, pid);
}

static void note_child(struct tally *tally, const struct record_at_hand *record)
{
	struct counted *child = find_child(tally, record);
	char code[TEXT_SIZE];

	name_process(child, record, FIELD_NAME_CHILD);
	child->last = get_number(record, FIELD_NAME_LAST_SEQ);
	child->sent = get_number(record, FIELD_NAME_SENT);
	child->since_us = get_number(record, FIELD_NAME_SINCE);
	child->final = (struct losses){
		.lost = get_number(record, FIELD_NAME_LOST),
		.diverted = get_number(record, FIELD_NAME_DIVERTED),
		.suppressed = get_number(record, FIELD_NAME_SUPPRESSED),
	};
	(void)get_text(record->journal, FIELD_NAME_EXIT_CODE, code);
	if (strcmp(code, "killed") == 0 || strcmp(code, "dumped") == 0)
		child->end = END_KILLED;
	else if (strcmp(code, "exited") == 0)
		child->end = END_ITSELF;
}

/* The suppressed records of a killed child are reported by its parent. */
static void note_suppressed(struct tally *tally, const struct record_at_hand *record,
			    struct counted *process)
{
	if (entry_get(record->journal, FIELD_NAME_CHILD).size)
		process = find_child(tally, record);
	process->told.suppressed += get_number(record, FIELD_NAME_SUPPRESSED);
}

/* A notice has no number, and is in no counter. */
static bool is_any_notice(const struct record_at_hand *record)
{
	for (int i = 0; i < NOTICE_COUNT; i++) {
		if (is_notice(record, (enum notice_kind)i))
			return true;
	}
	return false;
}

static void count_entry(struct tally *tally, const struct record_at_hand *record)
{
	struct counted *process = tally_get(tally, record->run_id, record->boot_id,
					    (pid_t)get_number(record, "_PID"));

	if (is_notice(record, NOTICE_CHILD))
		note_child(tally, record);
	else if (is_notice(record, NOTICE_LOST))
		note_lost(record, process);
	else if (is_notice(record, NOTICE_SUPPRESSED))
		note_suppressed(tally, record, process);
	else if (!is_any_notice(record))
		count_record(tally, record, process);
}

int count_journal(struct tally *tally, sd_journal *journal)
{
	struct record_at_hand record = { .journal = journal };
	int r;

	while ((r = sd_journal_next(journal)) > 0) {
		if (read_record(&record))
			count_entry(tally, &record);
	}
	return r;
}
