/* SPDX-License-Identifier: MIT */
/* scan: the values of some fields, in one way through those that a record has. sd_journal_get_data(3)
 * takes that way for each field, and to its end for one that is not there. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <systemd/sd-journal.h>

#include "base/strbuf.h"

enum { SCAN_FIELDS_MAX = 12, SCAN_ROOM = 4096 };

struct scan_field {
	const char *name;
	size_t size; /* of the name */
	size_t max;  /* of the value: a longer one is cut */
};

#define SCAN_FIELD(name_, max_)                                           \
	{                                                                 \
		.name = (name_), .size = sizeof(name_) - 1, .max = (max_) \
	}

/* Copies: the journal keeps one field at a time. Of a field that the record has not, data is NULL; of
 * one that it has more than once, the first value is taken. */
struct scan {
	struct bytes value[SCAN_FIELDS_MAX];
	bool is_cut[SCAN_FIELDS_MAX];
	char data[SCAN_ROOM];
};

/* Reads these fields of the record at hand, in the order of FIELDS, whose lengths add up to SCAN_ROOM at
 * most. */
void scan_read(struct scan *scan, sd_journal *journal, const struct scan_field *fields, size_t n);
