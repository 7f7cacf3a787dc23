/* SPDX-License-Identifier: MIT */
#include "tool/journal/entry.h"

#include <string.h>

#include "base/name.h"
#include "mplog.h"
#include "record/field-name.h"

enum {
	NUMBER_MAX = 32,
	IDENTIFIER_MAX = 256,
	MESSAGE_MAX = 2048, /* a longer one stays in the journal */
};

enum value {
	VALUE_PROCESS,
	VALUE_IDENTIFIER,
	VALUE_MESSAGE,
	VALUE_LEVEL,
	VALUE_SENT,
	VALUE_DUMPED,
	VALUE_LOGGED,
	VALUE_CHILD,
	VALUES
};

static const struct scan_field fields[VALUES] = {
	[VALUE_PROCESS] = SCAN_FIELD("PROCESS", PROCESS_NAME_SIZE),
	[VALUE_IDENTIFIER] = SCAN_FIELD("SYSLOG_IDENTIFIER", IDENTIFIER_MAX),
	[VALUE_MESSAGE] = SCAN_FIELD("MESSAGE", MESSAGE_MAX),
	[VALUE_LEVEL] = SCAN_FIELD("PRIORITY", NUMBER_MAX),
	[VALUE_SENT] = SCAN_FIELD("_SOURCE_REALTIME_TIMESTAMP", NUMBER_MAX),
	[VALUE_DUMPED] = SCAN_FIELD(FIELD_NAME_BLACKBOX, NUMBER_MAX),
	[VALUE_LOGGED] = SCAN_FIELD(FIELD_NAME_TIME, NUMBER_MAX),
	[VALUE_CHILD] = SCAN_FIELD(FIELD_NAME_CHILD, NUMBER_MAX),
};

struct bytes entry_get(sd_journal *journal, const char *name)
{
	const size_t length = strlen(name) + 1;
	const void *data;
	size_t size;

	if (sd_journal_get_data(journal, name, &data, &size) < 0 || size < length)
		return (struct bytes){ NULL, 0 };
	return (struct bytes){ (const char *)data + length, size - length };
}

uint64_t entry_parse_number(struct bytes value)
{
	uint64_t number = 0;

	for (size_t i = 0; i < value.size; i++) {
		if (value.data[i] < '0' || value.data[i] > '9' ||
		    __builtin_mul_overflow(number, 10, &number) ||
		    __builtin_add_overflow(number, value.data[i] - '0', &number))
			return 0;
	}
	return number;
}

uint64_t entry_get_number(sd_journal *journal, const char *name)
{
	return entry_parse_number(entry_get(journal, name));
}

void entry_tell_progress(struct progress *progress, sd_journal *journal)
{
	uint64_t realtime_us;

	if (progress_is_due(progress) && sd_journal_get_realtime_usec(journal, &realtime_us) >= 0)
		progress_show(progress, realtime_us);
}

static int level_of(struct bytes level)
{
	if (level.size != 1 || level.data[0] < '0' || level.data[0] > '7')
		return -1;
	return level.data[0] - '0';
}

static struct bytes message_of(const struct journal_entry *entry)
{
	struct bytes message = entry->scan.value[VALUE_MESSAGE];

	if (message.data && entry->scan.is_cut[VALUE_MESSAGE])
		message = entry_get(entry->journal, "MESSAGE");
	while (message.data && message.size > 0 && message.data[message.size - 1] == '\n')
		message.size--;
	return message;
}

bool entry_read(struct journal_entry *entry, sd_journal *journal)
{
	const struct bytes *const value = entry->scan.value;

	scan_read(&entry->scan, journal, fields, VALUES);
	if (!value[VALUE_PROCESS].data ||
	    sd_journal_get_realtime_usec(journal, &entry->realtime_us) < 0)
		return false;
	entry->journal = journal;
	entry->process = value[VALUE_PROCESS];
	entry->identifier = value[VALUE_IDENTIFIER];
	/* journald notes when the kernel took the record: it may itself be late. */
	entry->is_dumped = value[VALUE_DUMPED].data;
	entry->when_us = entry_parse_number(value[entry->is_dumped ? VALUE_LOGGED : VALUE_SENT]);
	if (!entry->when_us)
		entry->when_us = entry->realtime_us;
	entry->level = level_of(value[VALUE_LEVEL]);
	entry->is_good_end = entry->level >= MPLOG_INFO && value[VALUE_CHILD].data;
	entry->message = message_of(entry);
	return true;
}
