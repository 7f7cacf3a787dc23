/* SPDX-License-Identifier: MIT */
#include "tool/journal/record-at-hand.h"

#include <string.h>

#include "record/field-name.h"

enum { NUMBER_MAX = 32, ID_MAX = 64 };

static const struct scan_field fields[VALUES] = {
	[VALUE_RUN_ID] = SCAN_FIELD("RUN_ID", ID_MAX),
	[VALUE_BOOT_ID] = SCAN_FIELD("_BOOT_ID", ID_MAX),
	[VALUE_PID] = SCAN_FIELD("_PID", NUMBER_MAX),
	[VALUE_UID] = SCAN_FIELD("_UID", NUMBER_MAX),
	[VALUE_MESSAGE_ID] = SCAN_FIELD("MESSAGE_ID", ID_MAX),
	[VALUE_DUMPED] = SCAN_FIELD(FIELD_NAME_BLACKBOX, NUMBER_MAX),
	[VALUE_SENT] = SCAN_FIELD("_SOURCE_REALTIME_TIMESTAMP", NUMBER_MAX),
	[VALUE_SEQUENCE] = SCAN_FIELD("PROCESS_SEQ", NUMBER_MAX),
	[VALUE_PROCESS] = SCAN_FIELD("PROCESS", PROCESS_NAME_SIZE),
	[VALUE_LEVEL] = SCAN_FIELD("PRIORITY", NUMBER_MAX),
};

bool record_copy_text(struct bytes value, char *ret, size_t size)
{
	if (!value.size || value.size >= size || memchr(value.data, '\0', value.size))
		return false;
	memcpy(ret, value.data, value.size);
	ret[value.size] = '\0';
	return true;
}

static enum notice_kind kind_of(struct bytes message_id)
{
	char id[SD_ID128_STRING_MAX];
	int kind = 0;

	if (!record_copy_text(message_id, id, sizeof(id)))
		return NOTICE_COUNT;
	while (kind < NOTICE_COUNT && strcmp(id, notice_message_ids[kind]) != 0)
		kind++;
	return (enum notice_kind)kind;
}

static sd_id128_t boot_of(struct bytes value)
{
	char text[SD_ID128_STRING_MAX];
	sd_id128_t id;

	if (!record_copy_text(value, text, sizeof(text)) || sd_id128_from_string(text, &id) < 0)
		return SD_ID128_NULL;
	return id;
}

bool record_read(struct record_at_hand *record)
{
	const struct bytes *const value = record->scan.value;

	/* Records of others come in rows, and one field is enough to pass them over. */
	if (record->is_foreign && !entry_get(record->journal, "RUN_ID").data)
		return false;
	scan_read(&record->scan, record->journal, fields, VALUES);
	record->is_foreign =
		!record_copy_text(value[VALUE_RUN_ID], record->run_id, sizeof(record->run_id));
	if (record->is_foreign)
		return false;
	record->kind = kind_of(value[VALUE_MESSAGE_ID]);
	record->is_dumped = value[VALUE_DUMPED].data;
	record->boot_id = boot_of(value[VALUE_BOOT_ID]);
	record->is_anonymous = !value[VALUE_PID].data;
	record->pid = (pid_t)(record->is_anonymous ? entry_get_number(record->journal, "TID")
						   : record_number(record, VALUE_PID));
	record->uid = value[VALUE_UID].data ? (uid_t)record_number(record, VALUE_UID) : UID_UNKNOWN;
	record->sender = NULL;
	return sd_journal_get_realtime_usec(record->journal, &record->when_us) >= 0;
}

uint64_t record_sent_us(const struct record_at_hand *record)
{
	const uint64_t sent = record_number(record, VALUE_SENT);

	return sent ? sent : record->when_us;
}

/* A socket that journald has just made for itself gives no senders yet. A record of that moment is of the
 * process that has its thread, or, where no process has it as its first one, of the process of its name
 * that lacks the number. */
static struct counted *find_anonymous(const struct tally *tally, const struct run *run,
				      const struct record_at_hand *record)
{
	struct counted *process = tally_find(tally, run, record->boot_id, record->pid);

	if (process)
		return process;
	process = tally_find_named(tally, run, record->boot_id, record->scan.value[VALUE_PROCESS]);
	if (process && numbers_has(&process->numbers, record_number(record, VALUE_SEQUENCE)))
		return NULL;
	return process;
}

struct counted *record_sender(struct tally *tally, struct record_at_hand *record)
{
	struct run *run;

	if (record->sender)
		return record->sender;
	run = tally_get_run(tally, record->run_id, record->uid);
	if (record->is_anonymous)
		record->sender = find_anonymous(tally, run, record);
	if (!record->sender)
		record->sender = tally_get(tally, run, record->boot_id, record->pid, record->uid);
	return record->sender;
}
