/* SPDX-License-Identifier: MIT */
#include "count.h"

#include <stdlib.h>
#include <string.h>

#include "notice.h"

enum { VALUE_SIZE = IDENTIFIER_SIZE };

/* The fields that matter, as one entry has them. */
enum field {
	FIELD_RUN_ID,
	FIELD_BOOT_ID,
	FIELD_PID,
	FIELD_IDENTIFIER,
	FIELD_PROCESS,
	FIELD_SEQ,
	FIELD_MESSAGE_ID,
	FIELD_PARENT,
	FIELD_LOST,
	FIELD_DIVERTED,
	FIELD_SUPPRESSED,
	FIELD_FIRST_SEQ,
	FIELD_LAST_SEQ,
	FIELD_SENT,
	FIELD_CHILD,
	FIELD_CHILD_PID,
	FIELD_EXIT_CODE,
	FIELD_SINCE,
	FIELD_COUNT
};

static const char *const field_names[FIELD_COUNT] = {
	[FIELD_RUN_ID] = "RUN_ID",
	[FIELD_BOOT_ID] = "_BOOT_ID",
	[FIELD_PID] = "_PID",
	[FIELD_IDENTIFIER] = "SYSLOG_IDENTIFIER",
	[FIELD_PROCESS] = "PROCESS",
	[FIELD_SEQ] = "PROCESS_SEQ",
	[FIELD_MESSAGE_ID] = "MESSAGE_ID",
	[FIELD_PARENT] = "PROCESS_PARENT",
	[FIELD_LOST] = "MPLOG_LOST",
	[FIELD_DIVERTED] = "MPLOG_DIVERTED",
	[FIELD_SUPPRESSED] = "MPLOG_SUPPRESSED",
	[FIELD_FIRST_SEQ] = "MPLOG_FIRST_SEQ",
	[FIELD_LAST_SEQ] = "MPLOG_LAST_SEQ",
	[FIELD_SENT] = "MPLOG_SENT",
	[FIELD_CHILD] = "MPLOG_CHILD",
	[FIELD_CHILD_PID] = "MPLOG_CHILD_PID",
	[FIELD_EXIT_CODE] = "MPLOG_EXIT_CODE",
	[FIELD_SINCE] = "MPLOG_SINCE",
};

struct fields {
	char value[FIELD_COUNT][VALUE_SIZE]; /* "": not there */
	sd_id128_t boot_id;
	uint64_t realtime_us, monotonic_us;
};

/* False: the entry has no such field. What does not fit is cut: it is not what we look for. */
static bool read_field(sd_journal *journal, enum field field, char value[VALUE_SIZE])
{
	const size_t prefix = strlen(field_names[field]) + 1; /* and the = */
	const void *data;
	size_t size;

	value[0] = '\0';
	if (sd_journal_get_data(journal, field_names[field], &data, &size) < 0 || size < prefix)
		return false;
	size -= prefix;
	if (size >= VALUE_SIZE)
		size = VALUE_SIZE - 1;
	memcpy(value, (const char *)data + prefix, size);
	value[size] = '\0';
	return true;
}

static uint64_t number(const struct fields *fields, enum field field)
{
	return strtoull(fields->value[field], NULL, 10);
}

static void read_time(sd_journal *journal, struct fields *fields)
{
	fields->realtime_us = 0;
	fields->monotonic_us = 0;
	if (sd_journal_get_realtime_usec(journal, &fields->realtime_us) >= 0)
		(void)sd_journal_get_monotonic_usec(journal, &fields->monotonic_us, NULL);
}

/* The fields of a notice are looked for only where there is one. False: none of mplog's. */
static bool read_entry(sd_journal *journal, struct fields *fields)
{
	if (!read_field(journal, FIELD_RUN_ID, fields->value[FIELD_RUN_ID]))
		return false;
	for (int i = FIELD_RUN_ID + 1; i <= FIELD_PARENT; i++)
		(void)read_field(journal, (enum field)i, fields->value[i]);
	if (sd_id128_from_string(fields->value[FIELD_BOOT_ID], &fields->boot_id) < 0)
		fields->boot_id = SD_ID128_NULL;
	for (int i = FIELD_PARENT + 1; i < FIELD_COUNT; i++) {
		fields->value[i][0] = '\0';
		if (fields->value[FIELD_MESSAGE_ID][0])
			(void)read_field(journal, (enum field)i, fields->value[i]);
	}
	read_time(journal, fields);
	return true;
}

static bool is_notice(const struct fields *fields, enum notice_kind kind)
{
	return strcmp(fields->value[FIELD_MESSAGE_ID], notice_message_ids[kind]) == 0;
}

static void count_record(struct tally *tally, const struct fields *fields, struct counted *process)
{
	const uint64_t sequence = number(fields, FIELD_SEQ);

	/* It begins anew: the pid is another process's now. */
	if (sequence == 1 && numbers_has(&process->numbers, 1))
		process = tally_renew(tally, process);
	counted_name(process, fields->value[FIELD_PROCESS], fields->value[FIELD_IDENTIFIER]);
	if (!process->records) {
		process->first_us = fields->realtime_us;
		process->booted_us = fields->realtime_us - fields->monotonic_us;
	}
	/* A process without a parent is the run's first. */
	if (sequence == 1 && !fields->value[FIELD_PARENT][0])
		tally->process[process->run_order]->run_begins = true;
	process->records++;
	if (sequence)
		process->twice += !numbers_add(&process->numbers, sequence);
}

static void note_lost(const struct fields *fields, struct counted *process)
{
	const struct range range = { number(fields, FIELD_FIRST_SEQ),
				     number(fields, FIELD_LAST_SEQ) };

	process->told.lost += number(fields, FIELD_LOST);
	process->told.diverted += number(fields, FIELD_DIVERTED);
	numbers_add_range(&process->told_of, range);
}

/* What a parent says of its child. Where pids are counted differently (a container), the child is
 * known by its name. */
static struct counted *find_child(struct tally *tally, const struct fields *fields)
{
	const pid_t pid = (pid_t)number(fields, FIELD_CHILD_PID);
	struct counted *found = tally_find(tally, fields->value[FIELD_RUN_ID], pid);

	if (found)
		return found;
	for (size_t i = tally->n; i-- > 0;) {
		struct counted *process = tally->process[i];

		if (process->end == END_UNKNOWN && !process->last &&
		    strcmp(process->name, fields->value[FIELD_CHILD]) == 0 &&
		    strcmp(process->run_id, fields->value[FIELD_RUN_ID]) == 0)
			return process;
	}
	return tally_get(tally, fields->value[FIELD_RUN_ID], fields->boot_id, pid);
}

static void note_child(struct tally *tally, const struct fields *fields)
{
	const char *code = fields->value[FIELD_EXIT_CODE];
	struct counted *child = find_child(tally, fields);

	counted_name(child, fields->value[FIELD_CHILD], fields->value[FIELD_IDENTIFIER]);
	child->last = number(fields, FIELD_LAST_SEQ);
	child->sent = number(fields, FIELD_SENT);
	child->since_us = number(fields, FIELD_SINCE);
	child->final = (struct losses){
		.lost = number(fields, FIELD_LOST),
		.diverted = number(fields, FIELD_DIVERTED),
		.suppressed = number(fields, FIELD_SUPPRESSED),
	};
	if (strcmp(code, "killed") == 0 || strcmp(code, "dumped") == 0)
		child->end = END_KILLED;
	else if (strcmp(code, "exited") == 0)
		child->end = END_ITSELF;
}

/* Those of a killed child are reported by its parent. */
static void note_suppressed(struct tally *tally, const struct fields *fields,
			    struct counted *process)
{
	if (fields->value[FIELD_CHILD][0])
		process = find_child(tally, fields);
	process->told.suppressed += number(fields, FIELD_SUPPRESSED);
}

/* A notice has no number, and is in no counter. */
static bool is_any_notice(const struct fields *fields)
{
	for (int i = 0; i < NOTICE_COUNT; i++) {
		if (is_notice(fields, (enum notice_kind)i))
			return true;
	}
	return false;
}

static void count_entry(struct tally *tally, const struct fields *fields)
{
	struct counted *process = tally_get(tally, fields->value[FIELD_RUN_ID], fields->boot_id,
					    (pid_t)number(fields, FIELD_PID));

	if (is_notice(fields, NOTICE_CHILD))
		note_child(tally, fields);
	else if (is_notice(fields, NOTICE_LOST))
		note_lost(fields, process);
	else if (is_notice(fields, NOTICE_SUPPRESSED))
		note_suppressed(tally, fields, process);
	else if (!is_any_notice(fields))
		count_record(tally, fields, process);
}

int count_journal(struct tally *tally, sd_journal *journal)
{
	static struct fields fields;
	int r;

	while ((r = sd_journal_next(journal)) > 0) {
		if (read_entry(journal, &fields))
			count_entry(tally, &fields);
	}
	return r;
}
