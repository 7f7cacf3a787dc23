/* SPDX-License-Identifier: MIT */
#include "tool/journal/count.h"

#include <string.h>

#include "mplog.h"
#include "record/field-name.h"
#include "tool/journal/entry.h"

enum { LEVEL_NAME_SIZE = 16 };

static uint64_t get_number(const struct record_at_hand *record, const char *name)
{
	return entry_get_number(record->journal, name);
}

static void name_process(struct tally *tally, const struct record_at_hand *record,
			 struct counted *process)
{
	if (process->name.data)
		return;
	tally_name(tally, process, entry_get(record->journal, "PROCESS"));
	process->identifier = tally_copy(entry_get(record->journal, "SYSLOG_IDENTIFIER"));
}

static void note_first(struct tally *tally, const struct record_at_hand *record,
		       struct counted *process)
{
	uint64_t monotonic_us = 0;
	sd_id128_t boot_id; /* asked for, so that it may be another one than this */

	(void)sd_journal_get_monotonic_usec(record->journal, &monotonic_us, &boot_id);
	process->first_us = record->when_us;
	process->booted_us = record->when_us - monotonic_us;
	process->tid = (pid_t)get_number(record, "TID");
	name_process(tally, record, process);
}

static void count_record(struct tally *tally, struct record_at_hand *record)
{
	const uint64_t sequence = record_number(record, VALUE_SEQUENCE);
	struct counted *process = record_sender(tally, record);

	/* PROCESS_SEQ begins anew: the pid belongs to another process, or to another program. The first
	 * records of that may be missing. */
	if ((sequence == 1 || process->has_ended) && numbers_has(&process->numbers, sequence))
		process = record->sender = tally_renew(tally, process);
	if (sequence == 1 && !process->records)
		process->told_before = (struct losses){ 0 }; /* another process's, with that pid */
	if (!process->records)
		note_first(tally, record, process);
	/* A process without a parent is the run's first. */
	if (sequence == 1 && !entry_get(record->journal, "PROCESS_PARENT").size)
		process->run->begins = true;
	process->records++;
	process->last_us = record->when_us;
	if (sequence)
		process->twice += !numbers_add(&process->numbers, sequence, record_sent_us(record));
}

static void note_worst(const struct record_at_hand *record, struct counted *process)
{
	char name[LEVEL_NAME_SIZE];
	int level;

	if (record_copy_text(entry_get(record->journal, FIELD_NAME_LEVEL), name, sizeof(name)) &&
	    mplog_level_parse(name, &level) == 0 && level >= MPLOG_EMERG &&
	    (!process->worst || level < process->worst - 1))
		process->worst = level + 1;
}

static void note_lost(struct tally *tally, struct record_at_hand *record)
{
	const struct range range = { .first = get_number(record, FIELD_NAME_FIRST_SEQ),
				     .last = get_number(record, FIELD_NAME_LAST_SEQ) };
	struct counted *process = record_sender(tally, record);

	name_process(tally, record, process);
	if (!counted_trusts(process, record->uid))
		return;
	process->told.lost += get_number(record, FIELD_NAME_LOST);
	process->told.diverted += get_number(record, FIELD_NAME_DIVERTED);
	numbers_add_range(&process->told_of, range);
	note_worst(record, process);
}

/* Returns whether the process that sent the record is of the user whose run it is: the run id may be
 * another user's. */
static bool is_own_run(const struct record_at_hand *record, const struct counted *sender)
{
	return record->uid == 0 || sender->first_uid == sender->run->uid;
}

static enum end end_of(const struct record_at_hand *record)
{
	char code[sizeof("unknown")];

	if (!record_copy_text(entry_get(record->journal, FIELD_NAME_EXIT_CODE), code, sizeof(code)))
		return END_UNKNOWN;
	if (strcmp(code, "killed") == 0 || strcmp(code, "dumped") == 0)
		return END_KILLED;
	return strcmp(code, "exited") == 0 ? END_ITSELF : END_UNKNOWN;
}

static void note_end(const struct tally *tally, const struct report *report)
{
	struct counted *process = tally_find(tally, report->run, report->boot_id, report->pid);

	if (process && counted_trusts(process, report->uid))
		process->has_ended = true;
}

static void note_child(struct tally *tally, struct reports *reports, struct record_at_hand *record)
{
	const struct counted *sender = record_sender(tally, record);
	struct report report = {
		.run = sender->run,
		.boot_id = record->boot_id,
		.pid = (pid_t)get_number(record, FIELD_NAME_CHILD_PID),
		.uid = record->uid,
		.is_own = is_own_run(record, sender),
		.since_us = get_number(record, FIELD_NAME_SINCE),
		.until_us = record->when_us,
		.figures = {
			.end = end_of(record),
			.status = (int)get_number(record, "MPLOG_EXIT_STATUS"),
			.last = get_number(record, FIELD_NAME_LAST_SEQ),
			.sent = get_number(record, FIELD_NAME_SENT),
			.losses = { .lost = get_number(record, FIELD_NAME_LOST),
				    .diverted = get_number(record, FIELD_NAME_DIVERTED),
				    .suppressed = get_number(record, FIELD_NAME_SUPPRESSED) },
		},
	};

	note_end(tally, &report);
	report.name = tally_copy(entry_get(record->journal, FIELD_NAME_CHILD));
	report.identifier = tally_copy(entry_get(record->journal, "SYSLOG_IDENTIFIER"));
	reports_add(reports, &report);
}

/* Those of a killed child are reported by its parent. */
static void note_suppressed(struct tally *tally, struct record_at_hand *record)
{
	struct counted *process = record_sender(tally, record);

	if (entry_get(record->journal, FIELD_NAME_CHILD).size)
		process = tally_find(tally, process->run, record->boot_id,
				     (pid_t)get_number(record, FIELD_NAME_CHILD_PID));
	if (process && counted_trusts(process, record->uid))
		process->told.suppressed += get_number(record, FIELD_NAME_SUPPRESSED);
}

/* A notice has no number, and is in no counter. */
static void count_entry(struct tally *tally, struct reports *reports, struct record_at_hand *record)
{
	if (record->is_dumped)
		return;
	switch (record->kind) {
	case NOTICE_CHILD:
		note_child(tally, reports, record);
		break;
	case NOTICE_LOST:
		note_lost(tally, record);
		break;
	case NOTICE_SUPPRESSED:
		note_suppressed(tally, record);
		break;
	case NOTICE_COUNT:
		count_record(tally, record);
		break;
	default:
		break;
	}
}

/* The command tells of levels in the run of the program that it changed; it is no process of it. */
static bool is_by_command(const struct record_at_hand *record)
{
	return record->kind == NOTICE_LEVEL && entry_get(record->journal, "MPLOG_PATTERN").data;
}

static void show_to(const struct count_watch *watch, struct tally *tally,
		    struct record_at_hand *record)
{
	watch->see(watch->userdata, is_by_command(record) ? NULL : record_sender(tally, record),
		   record);
}

int count_journal(struct tally *tally, struct reports *reports, sd_journal *journal,
		  const struct count_watch *watch, struct progress *progress)
{
	const uint64_t until_us = watch && watch->until_us ? watch->until_us : UINT64_MAX;
	struct record_at_hand record = { .journal = journal };
	int r;

	while ((r = sd_journal_next(journal)) > 0) {
		entry_tell_progress(progress, journal);
		if (!record_read(&record))
			continue;
		if (record.when_us >= until_us)
			return 0;
		count_entry(tally, reports, &record);
		if (watch)
			show_to(watch, tally, &record);
	}
	return r;
}

/* What was reported by then explains nothing that is missing later. */
static void note_before(struct tally *tally, struct record_at_hand *record)
{
	struct counted *process = record_sender(tally, record);
	struct losses *before = &process->told_before;

	if (!counted_trusts(process, record->uid))
		return;
	if (record->kind == NOTICE_LOST) {
		before->lost += get_number(record, FIELD_NAME_LOST);
		before->diverted += get_number(record, FIELD_NAME_DIVERTED);
	} else if (record->kind == NOTICE_SUPPRESSED &&
		   !entry_get(record->journal, FIELD_NAME_CHILD).size) {
		before->suppressed += get_number(record, FIELD_NAME_SUPPRESSED);
	}
}

int count_told_before(struct tally *tally, sd_journal *journal, uint64_t until_us,
		      struct progress *progress)
{
	struct record_at_hand record = { .journal = journal };
	int r;

	while ((r = sd_journal_next(journal)) > 0) {
		entry_tell_progress(progress, journal);
		if (!record_read(&record))
			continue;
		if (record.when_us >= until_us)
			return 0;
		note_before(tally, &record);
	}
	return r;
}
