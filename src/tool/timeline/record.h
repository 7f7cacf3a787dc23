/* SPDX-License-Identifier: MIT */
/* record: one record as a timeline shows it, read in the second way through the journal. */
#pragma once

#include "tool/timeline/survey.h"

/* Longer texts are cut. */
enum { RECORD_MESSAGE_MAX = 600, RECORD_FIELDS_MAX = 400, RECORD_SITE_MAX = 200 };

struct timeline_record {
	const struct lane *lane;
	uint64_t when_us;
	int level;      /* or LEVEL_UNKNOWN */
	bool is_dumped; /* out of a black box */
	struct bytes message, fields,
		site; /* any bytes; "NAME=value" one a line; "x.c:12, main()" */
	char message_data[RECORD_MESSAGE_MAX], fields_data[RECORD_FIELDS_MAX],
		site_data[RECORD_SITE_MAX];
};

/* Calls FN for each record of the lanes. Returns 0 or a negative errno. */
int record_each(const struct survey *survey,
		void (*fn)(void *userdata, const struct timeline_record *record), void *userdata);
