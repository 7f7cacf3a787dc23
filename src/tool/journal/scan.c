/* SPDX-License-Identifier: MIT */
#include "tool/journal/scan.h"

#include <string.h>

#include "record/field-name.h"

/* Returns which of the fields this is; N: none of them. */
static size_t find_field(const struct scan_field *fields, size_t n, const char *name, size_t size)
{
	size_t i = 0;

	while (i < n && (fields[i].size != size || memcmp(fields[i].name, name, size) != 0))
		i++;
	return i;
}

/* Copies the value, unless the field had one before. Returns how much of the room behind it is used. */
static size_t keep(struct scan *scan, const struct scan_field *field, size_t i, struct bytes value,
		   size_t used)
{
	if (scan->value[i].data)
		return used;
	scan->is_cut[i] = value.size > field->max;
	if (scan->is_cut[i])
		value.size = field->max;
	if (value.size > 0)
		memcpy(scan->data + used, value.data, value.size);
	scan->value[i] = (struct bytes){ scan->data + used, value.size };
	return used + value.size;
}

void scan_read(struct scan *scan, sd_journal *journal, const struct scan_field *fields, size_t n)
{
	size_t used = 0, size;
	const void *data;

	memset(scan->value, 0, sizeof(scan->value));
	sd_journal_restart_data(journal);
	while (sd_journal_enumerate_available_data(journal, &data, &size) > 0) {
		const char *const equals =
			memchr(data, '=', size <= FIELD_NAME_MAX ? size : FIELD_NAME_MAX + 1);
		const size_t name_size = equals ? (size_t)(equals - (const char *)data) : 0;
		const size_t i = equals ? find_field(fields, n, data, name_size) : n;

		if (i < n)
			used = keep(scan, &fields[i], i,
				    (struct bytes){ equals + 1, size - name_size - 1 }, used);
	}
}
