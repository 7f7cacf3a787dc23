/* SPDX-License-Identifier: MIT */
#include "notice/dump-record.h"

#include <endian.h>
#include <string.h>

#include "base/clock.h"
#include "record/encoding.h"
#include "record/field-name.h"

void dump_writer_init(struct dump_writer *writer, const struct ring *ring)
{
	char text[IDENTIFIER_SIZE];

	writer->pid = (pid_t)(ring->pid & INT32_MAX);
	memcpy(text, ring->identifier, sizeof(text));
	text[sizeof(text) - 1] = '\0';
	identifier_of_program(writer->identifier, text);
	memcpy(writer->run_id, ring->run_id, sizeof(writer->run_id));
	writer->run_id[sizeof(writer->run_id) - 1] = '\0';
	if (!run_id_is_valid(writer->run_id))
		writer->run_id[0] = '\0';
}

void dump_writer_read(struct dump_writer *writer, const struct ring_entry *entry)
{
	(void)process_name_sanitize(writer->process, entry->process);
	(void)process_name_sanitize(writer->parent, entry->parent);
}

static void put(struct strbuf *out, const char *name, const char *value)
{
	if (value[0] != '\0')
		strbuf_put_field(out, bytes_of(name), bytes_of(value));
}

static void put_number(struct strbuf *out, const char *name, uint64_t number)
{
	strbuf_put_string(out, name);
	strbuf_put_char(out, '=');
	strbuf_put_number(out, number);
	strbuf_put_char(out, '\n');
}

void strbuf_put_dump_head(struct strbuf *out, const struct dump_writer *writer)
{
	put(out, "SYSLOG_IDENTIFIER", writer->identifier);
	put(out, "PROCESS", writer->process);
	put(out, "PROCESS_PARENT", writer->parent);
	put(out, "RUN_ID", writer->run_id);
}

/* The fields that record_compose() gives a record, and an entry has. */
static const char *const own_fields[] = {
	"SYSLOG_FACILITY", "LOGGER",          "CODE_FILE",       "CODE_LINE",           "CODE_FUNC",
	"ERRNO",           "MPLOG_BAD_FIELD", "MPLOG_TRUNCATED", FIELD_NAME_SUPPRESSED,
};

static bool may_have(struct bytes name)
{
	if (!field_name_is_valid(name.data, name.size))
		return false;
	if (!field_name_is_reserved(name.data, name.size))
		return true;
	for (size_t i = 0; i < sizeof(own_fields) / sizeof(own_fields[0]); i++) {
		if (strlen(own_fields[i]) == name.size &&
		    memcmp(own_fields[i], name.data, name.size) == 0)
			return true;
	}
	return false;
}

static bool is_named(const struct encoded_field *field, const char *name)
{
	return encoding_is_named(field, bytes_of(name));
}

/* Returns the number, or -1. */
static int small_number(struct bytes digits)
{
	int number = 0;

	if (digits.size < 1 || digits.size > 2)
		return -1;
	for (size_t i = 0; i < digits.size; i++) {
		if (digits.data[i] < '0' || digits.data[i] > '9')
			return -1;
		number = number * 10 + digits.data[i] - '0';
	}
	return number;
}

static void keep_logger(struct dump_writer *writer, struct bytes logger)
{
	const size_t size =
		logger.size < sizeof(writer->logger) ? logger.size : sizeof(writer->logger) - 1;

	memcpy(writer->logger, logger.data, size);
	writer->logger[size] = '\0';
}

/* Writes the fields, and takes from them what the record's sinks want to know apart from its bytes. */
static void put_entry_fields(struct strbuf *out, struct record *record, struct dump_writer *writer,
			     struct bytes fields)
{
	struct encoded_field field;

	while (encoding_next(&fields, &field)) {
		const int number = small_number(field.value);

		if (!may_have(field.name))
			continue;
		if (is_named(&field, "SYSLOG_FACILITY") && number > 0)
			record->facility = number;
		else if (is_named(&field, "LOGGER"))
			keep_logger(writer, field.value);
		strbuf_put(out, field.encoded);
	}
}

static void put_message(struct strbuf *out, struct record *record, struct bytes prefix,
			struct bytes text)
{
	const uint64_t size = htole64(prefix.size + text.size);

	record->message_at = out->size;
	strbuf_put_literal(out, "MESSAGE\n");
	strbuf_put(out, (struct bytes){ (const char *)&size, sizeof(size) });
	strbuf_put(out, prefix);
	record->text = (struct bytes){ out->data + out->size, text.size };
	strbuf_put(out, text);
	strbuf_put_char(out, '\n');
}

size_t dump_compose(struct record *ret, char *buffer, size_t capacity, struct dump_writer *writer,
		    const struct ring_entry *entry)
{
	struct strbuf out = { buffer, capacity, 0 };

	*ret = (struct record){
		.logger = writer->logger,
		.level = entry->level,
		.time_ns = entry->time_ns,
	};
	dump_writer_read(writer, entry);
	keep_logger(writer, bytes_of("root"));
	strbuf_put_dump_head(&out, writer);
	put_number(&out, "PRIORITY", (uint64_t)entry->level);
	if (entry->tid > 0)
		put_number(&out, "TID", (uint64_t)entry->tid);
	put_number(&out, FIELD_NAME_BLACKBOX, 1);
	put_number(&out, FIELD_NAME_TIME, (uint64_t)entry->time_ns / (NS_PER_MS / 1000));
	put_number(&out, FIELD_NAME_PID, (uint64_t)writer->pid);
	put_entry_fields(&out, ret, writer, entry->fields);
	put_message(&out, ret, entry->prefix, entry->text);
	ret->data = (struct bytes){ buffer, out.size };
	return out.size;
}
