/* SPDX-License-Identifier: MIT */
#include "tool/timeline/record.h"

#include "notice/notice.h"
#include "record/field-name.h"
#include "tool/journal/entry.h"

/* The fields that mean something here. */
enum field {
	FIELD_PROCESS,
	FIELD_RUN_ID,
	FIELD_BOOT_ID,
	FIELD_PID,
	FIELD_TID,
	FIELD_SOURCE_TIME,
	FIELD_PRIORITY,
	FIELD_MESSAGE,
	FIELD_MESSAGE_ID,
	FIELD_FILE,
	FIELD_LINE,
	FIELD_FUNC,
	FIELD_DUMP,
	FIELD_DUMP_TIME,
	FIELD_DUMP_PID,
	FIELD_PATTERN,
	FIELDS
};

enum { VALUE_MAX = 128, FIELD_SHOWN_MAX = 120 };

/* The values of one record, copied: the journal keeps one at a time. */
struct values {
	struct bytes value[FIELDS];
	char data[FIELDS][VALUE_MAX];
	struct timeline_record *record;
};

#define NAME(name_) (name_), sizeof(name_) - 1

static const struct {
	const char *name;
	size_t size;
	int field; /* -1: not worth showing */
} known[] = {
	{ NAME("PROCESS"), FIELD_PROCESS },
	{ NAME("RUN_ID"), FIELD_RUN_ID },
	{ NAME("_BOOT_ID"), FIELD_BOOT_ID },
	{ NAME("_PID"), FIELD_PID },
	{ NAME("TID"), FIELD_TID },
	{ NAME("_SOURCE_REALTIME_TIMESTAMP"), FIELD_SOURCE_TIME },
	{ NAME("PRIORITY"), FIELD_PRIORITY },
	{ NAME("MESSAGE"), FIELD_MESSAGE },
	{ NAME("MESSAGE_ID"), FIELD_MESSAGE_ID },
	{ NAME("CODE_FILE"), FIELD_FILE },
	{ NAME("CODE_LINE"), FIELD_LINE },
	{ NAME("CODE_FUNC"), FIELD_FUNC },
	{ NAME(FIELD_NAME_BLACKBOX), FIELD_DUMP },
	{ NAME(FIELD_NAME_TIME), FIELD_DUMP_TIME },
	{ NAME(FIELD_NAME_PID), FIELD_DUMP_PID },
	{ NAME("MPLOG_PATTERN"), FIELD_PATTERN },
	{ NAME("PROCESS_PARENT"), -1 },
	{ NAME("PROCESS_SEQ"), -1 },
	{ NAME("SYSLOG_IDENTIFIER"), -1 },
	{ NAME("SYSLOG_FACILITY"), -1 },
	{ NAME("SYSLOG_TIMESTAMP"), -1 },
};

static struct bytes copy_bytes(char *data, size_t capacity, struct bytes value)
{
	const size_t size = value.size < capacity ? value.size : capacity;

	if (size > 0)
		memcpy(data, value.data, size);
	return (struct bytes){ data, size };
}

/* A field of the program's own, as a line. */
static void add_field(struct timeline_record *record, struct bytes field)
{
	struct strbuf text = { record->fields_data, RECORD_FIELDS_MAX, record->fields.size };

	if (field.size > FIELD_SHOWN_MAX)
		field.size = FIELD_SHOWN_MAX;
	if (text.size + 1 + field.size > text.capacity)
		return;
	if (text.size > 0)
		strbuf_put_char(&text, '\n');
	for (size_t i = 0; i < field.size; i++)
		strbuf_put_char(&text, field.data[i] == '\n' ? ' ' : field.data[i]);
	record->fields = (struct bytes){ text.data, text.size };
}

static void keep_known(struct values *values, int field, struct bytes value)
{
	if (field < 0)
		return;
	if (field == FIELD_MESSAGE)
		values->record->message =
			copy_bytes(values->record->message_data, RECORD_MESSAGE_MAX, value);
	values->value[field] = copy_bytes(values->data[field], VALUE_MAX, value);
}

static void keep_field(struct values *values, struct bytes field)
{
	static const struct bytes root = { "LOGGER=root", sizeof("LOGGER=root") - 1 };
	const char *const equals = memchr(field.data, '=', field.size);
	size_t size;

	if (!equals)
		return;
	size = (size_t)(equals - field.data);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (known[i].size == size && memcmp(known[i].name, field.data, size) == 0) {
			keep_known(values, known[i].field,
				   (struct bytes){ equals + 1, field.size - size - 1 });
			return;
		}
	}
	if (field.data[0] != '_' && !bytes_equal(field, root))
		add_field(values->record, field);
}

static void keep_site(struct timeline_record *record, const struct values *values)
{
	struct strbuf text = { record->site_data, RECORD_SITE_MAX, 0 };
	const struct bytes *const value = values->value;

	if (value[FIELD_FILE].size > 0) {
		strbuf_put(&text, (struct bytes){ value[FIELD_FILE].data, value[FIELD_FILE].size });
		strbuf_put_char(&text, ':');
		if (value[FIELD_LINE].size < 12)
			strbuf_put(&text, value[FIELD_LINE]);
	}
	if (value[FIELD_FUNC].size > 0 &&
	    value[FIELD_FUNC].size <= RECORD_SITE_MAX - text.size - 4) {
		if (text.size > 0)
			strbuf_put_literal(&text, ", ");
		strbuf_put(&text, value[FIELD_FUNC]);
		strbuf_put_literal(&text, "()");
	}
	record->site = (struct bytes){ text.data, text.size };
}

static const struct lane *find_lane(const struct survey *survey, const struct values *values,
				    uint64_t when_us)
{
	char run[VALUE_MAX + 1] = "", boot[SD_ID128_STRING_MAX] = "";
	struct lane_key key = { .name = values->value[FIELD_PROCESS], .when_us = when_us };
	const struct bytes id = values->value[FIELD_RUN_ID], boot_id = values->value[FIELD_BOOT_ID];

	if (!key.name.data || id.size == 0 || memchr(id.data, '\0', id.size))
		return NULL;
	memcpy(run, id.data, id.size);
	if (boot_id.size == sizeof(boot) - 1)
		memcpy(boot, boot_id.data, boot_id.size);
	if (sd_id128_from_string(boot, &key.boot_id) < 0)
		key.boot_id = SD_ID128_NULL;
	if (key.name.size > PROCESS_NAME_SIZE - 1)
		key.name.size = PROCESS_NAME_SIZE - 1;
	key.run = tally_find_run(&survey->tally, run);
	key.pid = (pid_t)entry_parse_number(
		values->value[values->value[FIELD_PID].data ? FIELD_PID : FIELD_TID]);
	if (values->record->is_dumped && values->value[FIELD_DUMP_PID].size > 0)
		key.pid = (pid_t)entry_parse_number(values->value[FIELD_DUMP_PID]);
	return key.run ? lanes_find(&survey->lanes, &key) : NULL;
}

/* Ends of children, and levels that the command has set, are notes on lanes. */
static bool is_note(const struct values *values)
{
	const struct bytes id = values->value[FIELD_MESSAGE_ID];
	const char *const child = notice_message_ids[NOTICE_CHILD];

	return values->value[FIELD_PATTERN].data ||
	       bytes_equal(id, (struct bytes){ child, strlen(child) });
}

static uint64_t find_time(const struct values *values, uint64_t taken_us)
{
	const struct bytes time =
		values->value[values->record->is_dumped ? FIELD_DUMP_TIME : FIELD_SOURCE_TIME];
	const uint64_t when_us = entry_parse_number(time);

	if (values->record->is_dumped)
		return when_us <= taken_us ? when_us : 0;
	return when_us ? when_us : taken_us;
}

static int find_level(struct bytes priority)
{
	if (priority.size != 1 || priority.data[0] < '0' || priority.data[0] > '7')
		return LEVEL_UNKNOWN;
	return priority.data[0] - '0';
}

/* Reads the record at hand. Returns false where it is none of a lane. */
static bool read_record(const struct survey *survey, struct timeline_record *record,
			uint64_t taken_us)
{
	sd_journal *const journal = survey->source->journal;
	struct values values;
	const void *data;
	size_t size;

	memset(values.value, 0, sizeof(values.value));
	values.record = record;
	record->message = record->fields = (struct bytes){ "", 0 };
	sd_journal_restart_data(journal);
	while (sd_journal_enumerate_available_data(journal, &data, &size) > 0)
		keep_field(&values, (struct bytes){ data, size });
	if (is_note(&values))
		return false;
	record->is_dumped = values.value[FIELD_DUMP].data;
	record->level = find_level(values.value[FIELD_PRIORITY]);
	record->when_us = find_time(&values, taken_us);
	record->lane = find_lane(survey, &values, taken_us);
	keep_site(record, &values);
	/* The survey has seen which times can be true. */
	return record->lane && record->when_us >= record->lane->first_us;
}

int record_each(const struct survey *survey,
		void (*fn)(void *userdata, const struct timeline_record *record), void *userdata)
{
	sd_journal *const journal = survey->source->journal;
	const uint64_t until_us = survey->source->options.until_us;
	struct timeline_record record;
	uint64_t taken_us;
	int r = source_rewind(survey->source);

	while (r >= 0 && (r = sd_journal_next(journal)) > 0) {
		entry_tell_progress(&survey->source->progress, journal);
		if (sd_journal_get_realtime_usec(journal, &taken_us) < 0)
			continue;
		if (until_us && taken_us >= until_us)
			break;
		if (read_record(survey, &record, taken_us))
			fn(userdata, &record);
	}
	progress_hide(&survey->source->progress);
	return r < 0 ? r : 0;
}
