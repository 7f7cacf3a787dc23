/* SPDX-License-Identifier: MIT */
/* From what a command prints to the bytes of records, as mplog exec --json does it. What it finds besides
 * crashes: records that do not read back as they were written, or that have a field twice. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/check-record.h"
#include "mplog.h"
#include "record/record.h"
#include "tool/run/json-record.h"
#include "tool/run/lines.h"

enum { RECORD_CAPACITY = 1 << 20 };

/* Names that only mplog gives: those of an object have JSON_ before them. */
static const char head[] = "SYSLOG_IDENTIFIER=cat\nPROCESS=main\n";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void log_source(const struct record_source *said)
{
	static char buffer[RECORD_CAPACITY];
	struct record_source source = *said;
	struct record record;

	source.head = (struct bytes){ head, sizeof(head) - 1 };
	source.tid = 1;
	source.sequence = 1;
	must(source.level >= MPLOG_EMERG && source.level <= MPLOG_DEBUG);
	if (record_compose(&record, buffer, sizeof(buffer), &source) <= sizeof(buffer))
		check_record(&record);
}

static void emit_line(int level, struct bytes text, void *userdata)
{
	const struct record_source source = { .level = level, .message = text };

	(void)userdata;
	log_source(&source);
}

static bool parse_json(struct bytes line, int level, void *userdata)
{
	return json_record_read(userdata, line, level);
}

static void emit_json(void *userdata)
{
	const struct json_record *const json = userdata;
	const struct mplog_site site = { sizeof(site), NULL, NULL, json->logger, NULL, 0 };
	const struct record_source source = {
		.level = json->level,
		.message = json->message,
		.site = &site,
		.call_fields = json->fields,
		.n_call_fields = json->n_fields,
	};

	log_source(&source);
}

static bool passes(int level)
{
	return level <= MPLOG_INFO;
}

/* The first byte says how many bytes are read at once, and whether lines are joined. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct json_record json;
	struct lines lines;
	const struct lines_options options = {
		.level = size > 0 && data[0] & 1 ? MPLOG_INFO : MPLOG_DEBUG,
		.joins = size > 0 && data[0] & 2,
		.overwrites = true,
		.passes = passes,
		.emit = emit_line,
		.parse = parse_json,
		.emit_parsed = emit_json,
		.userdata = &json,
	};

	must(json_record_init(&json) == 0 && lines_init(&lines, &options) == 0);
	for (size_t at = 1; at < size;) {
		size_t room, chunk = 1 + (data[0] >> 2) * 8u;
		char *const to = lines_room(&lines, &room);

		chunk = chunk < size - at ? chunk : size - at;
		must(chunk <= room);
		memcpy(to, data + at, chunk);
		lines_feed(&lines, chunk);
		at += chunk;
	}
	lines_finish(&lines);
	lines_free(&lines);
	json_record_free(&json);
	return 0;
}
