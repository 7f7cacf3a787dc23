/* SPDX-License-Identifier: MIT */
/* json-record: an object of JSON, as programs log them a line, -> the parts of a record.
 *
 * What the members are called that say level, message, logger and time is in json-role.h; all others are
 * fields. Objects within are taken apart, their names joined by _; below JSON_RECORD_DEPTH they stay
 * JSON, as arrays do. null is no field. No member becomes a field that is mplog's own, or one that
 * journald or systemd believe in. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/strbuf.h"
#include "mplog.h"

enum { JSON_RECORD_DEPTH = 8 };

struct json_record {
	int level;
	struct bytes message; /* of an object without one the whole line */
	const char *logger;   /* or NULL */
	/* As mplog_emit() takes them: it leaves out the first ones of a name that stands twice, and those
	 * that are too many. */
	const struct mplog_field *fields;
	size_t n_fields;
	struct json_memory *memory;
};

/* Returns 0 or -ENOMEM. */
int json_record_init(struct json_record *record);
void json_record_free(struct json_record *record);

/* Reads a line; one whose object says no level has LEVEL. Returns false where the line is no object, or
 * memory is short. What is in the record points into the line, and is valid until the next call. */
bool json_record_read(struct json_record *record, struct bytes line, int level);
