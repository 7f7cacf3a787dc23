/* SPDX-License-Identifier: MIT */
/* What a fuzzer holds against a record. */
#pragma once

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "record/encoding.h"
#include "record/field-name.h"
#include "record/record.h"

enum { NAMES_MAX = 2048 };

static inline void must(bool holds)
{
	if (!holds)
		abort();
}

static inline bool has_name(const struct bytes *names, size_t n, struct bytes name)
{
	for (size_t i = 0; i < n; i++) {
		if (names[i].size == name.size && memcmp(names[i].data, name.data, name.size) == 0)
			return true;
	}
	return false;
}

/* Each field has a name, and none stands twice. */
static inline void check_record(const struct record *record)
{
	static struct bytes names[NAMES_MAX];
	struct bytes cursor = record->data;
	struct encoded_field field;
	size_t n = 0;

	while (encoding_next(&cursor, &field)) {
		must(n < NAMES_MAX);
		must(field_name_is_valid(field.name.data, field.name.size));
		must(!has_name(names, n, field.name));
		names[n++] = field.name;
	}
	must(cursor.size == 0);
	must(has_name(names, n, (struct bytes){ "MESSAGE", strlen("MESSAGE") }));
}
