/* SPDX-License-Identifier: MIT */
#include "entry.h"

#include "field-name.h"
#include "mplog.h"

#include <string.h>

/* Points into the journal's own memory, which holds until the next call. */
static struct bytes get_field(sd_journal *journal, const char *name)
{
	const size_t length = strlen(name) + 1;
	const void *data;
	size_t size;

	if (sd_journal_get_data(journal, name, &data, &size) < 0 || size < length)
		return (struct bytes){ NULL, 0 };
	return (struct bytes){ (const char *)data + length, size - length };
}

static struct bytes copy(struct bytes value, char *buffer, size_t capacity)
{
	const size_t size = value.size < capacity ? value.size : capacity;

	if (size > 0)
		memcpy(buffer, value.data, size);
	return (struct bytes){ value.data ? buffer : NULL, size };
}

/* journald notes when the kernel took the record: it may itself be late. */
static uint64_t time_sent(sd_journal *journal, uint64_t otherwise)
{
	const struct bytes value = get_field(journal, "_SOURCE_REALTIME_TIMESTAMP");
	uint64_t us = 0;

	for (size_t i = 0; i < value.size; i++) {
		if (value.data[i] < '0' || value.data[i] > '9' || us > UINT64_MAX / 100)
			return otherwise;
		us = us * 10 + (uint64_t)(value.data[i] - '0');
	}
	return us ? us : otherwise;
}

static int level_of(sd_journal *journal)
{
	const struct bytes level = get_field(journal, "PRIORITY");

	if (level.size != 1 || level.data[0] < '0' || level.data[0] > '7')
		return -1;
	return level.data[0] - '0';
}

bool entry_read_name(struct journal_entry *entry, sd_journal *journal)
{
	entry->journal = journal;
	entry->process = copy(get_field(journal, "PROCESS"), entry->process_data,
			      sizeof(entry->process_data));
	return entry->process.data;
}

bool entry_read(struct journal_entry *entry)
{
	sd_journal *const journal = entry->journal;

	if (sd_journal_get_realtime_usec(journal, &entry->realtime_us) < 0)
		return false;
	entry->identifier = copy(get_field(journal, "SYSLOG_IDENTIFIER"), entry->identifier_data,
				 sizeof(entry->identifier_data));
	entry->when_us = time_sent(journal, entry->realtime_us);
	entry->level = level_of(journal);
	entry->is_good_end =
		entry->level >= MPLOG_INFO && get_field(journal, FIELD_NAME_CHILD).data;
	entry->message = get_field(journal, "MESSAGE");
	return true;
}
