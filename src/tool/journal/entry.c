/* SPDX-License-Identifier: MIT */
#include "tool/journal/entry.h"

#include "mplog.h"
#include "record/field-name.h"

#include <string.h>

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

static struct bytes copy_bytes(struct bytes value, char *buffer, size_t capacity)
{
	const size_t size = value.size < capacity ? value.size : capacity;

	if (size > 0)
		memcpy(buffer, value.data, size);
	return (struct bytes){ value.data ? buffer : NULL, size };
}

static int level_of(sd_journal *journal)
{
	const struct bytes level = entry_get(journal, "PRIORITY");

	if (level.size != 1 || level.data[0] < '0' || level.data[0] > '7')
		return -1;
	return level.data[0] - '0';
}

bool entry_read_name(struct journal_entry *entry, sd_journal *journal)
{
	entry->journal = journal;
	entry->process = copy_bytes(entry_get(journal, "PROCESS"), entry->process_data,
				    sizeof(entry->process_data));
	return entry->process.data;
}

bool entry_read(struct journal_entry *entry)
{
	sd_journal *const journal = entry->journal;

	if (sd_journal_get_realtime_usec(journal, &entry->realtime_us) < 0)
		return false;
	entry->identifier = copy_bytes(entry_get(journal, "SYSLOG_IDENTIFIER"),
				       entry->identifier_data, sizeof(entry->identifier_data));
	/* journald notes when the kernel took the record: it may itself be late. */
	entry->is_dumped = entry_get(journal, FIELD_NAME_BLACKBOX).data;
	entry->when_us = entry->is_dumped ? entry_get_number(journal, FIELD_NAME_TIME)
					  : entry_get_number(journal, "_SOURCE_REALTIME_TIMESTAMP");
	if (!entry->when_us)
		entry->when_us = entry->realtime_us;
	entry->level = level_of(journal);
	entry->is_good_end =
		entry->level >= MPLOG_INFO && entry_get(journal, FIELD_NAME_CHILD).data;
	entry->message = entry_get(journal, "MESSAGE");
	while (entry->message.size > 0 && entry->message.data[entry->message.size - 1] == '\n')
		entry->message.size--;
	return true;
}
