/* SPDX-License-Identifier: MIT */
/* mplog tail --output=json: an object a line, as journalctl -o json has it. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "tool/ui/json.h"
#include "tool/ui/memory.h"
#include "tool/view/view.h"

struct field {
	size_t name; /* where in the copies it begins */
	size_t value;
	size_t size; /* of the value */
	bool is_done;
};

struct json_view {
	char *copies; /* the fields of one record, one behind the other; a NUL ends a name */
	size_t size, capacity;
	struct field *fields;
	size_t n, room;
};

static void *open_json(const struct look *look)
{
	return memory_new(1, sizeof(struct json_view));
}

static void close_json(void *userdata)
{
	struct json_view *const view = userdata;

	free(view->copies);
	free(view->fields);
	free(view);
}

static void add_field(struct json_view *view, const char *data, size_t size)
{
	const char *const equals = memchr(data, '=', size);
	const size_t name_size = equals ? (size_t)(equals - data) : 0;

	if (!equals)
		return;
	view->copies = memory_grow(view->copies, view->size + size, &view->capacity, 1);
	view->fields = memory_grow(view->fields, view->n + 1, &view->room, sizeof(struct field));
	memcpy(view->copies + view->size, data, size);
	view->copies[view->size + name_size] = '\0';
	view->fields[view->n++] = (struct field){
		.name = view->size,
		.value = view->size + name_size + 1,
		.size = size - name_size - 1,
	};
	view->size += size;
}

static const char *name_of(const struct json_view *view, const struct field *field)
{
	return view->copies + field->name;
}

static struct bytes value_of(const struct json_view *view, const struct field *field)
{
	return (struct bytes){ view->copies + field->value, field->size };
}

/* Returns the next field of the same name, or NULL. */
static struct field *find_same(struct json_view *view, const struct field *field)
{
	for (size_t i = (size_t)(field - view->fields) + 1; i < view->n; i++) {
		if (strcmp(name_of(view, &view->fields[i]), name_of(view, field)) == 0)
			return &view->fields[i];
	}
	return NULL;
}

/* A field that a record has several times is an array. */
static void print_field(struct json_view *view, struct field *field, struct json *json)
{
	if (!find_same(view, field)) {
		json_bytes(json, name_of(view, field), value_of(view, field));
		return;
	}
	json_open(json, name_of(view, field), '[');
	for (; field; field = find_same(view, field)) {
		field->is_done = true;
		json_bytes(json, NULL, value_of(view, field));
	}
	json_close(json, ']');
}

/* As a string: a number of JSON may have no more than 53 bits. */
static void print_microseconds(struct json *json, const char *name, uint64_t us)
{
	char digits[DECIMAL_DIGITS_MAX + 1];

	(void)snprintf(digits, sizeof(digits), "%" PRIu64, us);
	json_string(json, name, digits);
}

static void print_address(struct json *json, const struct journal_entry *entry)
{
	AUTO_FREE char *cursor = NULL;
	uint64_t monotonic_us;
	sd_id128_t boot;

	if (sd_journal_get_cursor(entry->journal, &cursor) < 0)
		cursor = NULL;
	json_string(json, "__CURSOR", cursor ? cursor : "");
	print_microseconds(json, "__REALTIME_TIMESTAMP", entry->realtime_us);
	if (sd_journal_get_monotonic_usec(entry->journal, &monotonic_us, &boot) >= 0)
		print_microseconds(json, "__MONOTONIC_TIMESTAMP", monotonic_us);
}

static void show_json(void *userdata, const struct journal_entry *entry)
{
	struct json_view *const view = userdata;
	struct json json;
	const void *data;
	size_t size;

	view->n = view->size = 0;
	sd_journal_restart_data(entry->journal);
	while (sd_journal_enumerate_available_data(entry->journal, &data, &size) > 0)
		add_field(view, data, size);
	json_begin(&json, stdout);
	print_address(&json, entry);
	for (size_t i = 0; i < view->n; i++) {
		if (!view->fields[i].is_done)
			print_field(view, &view->fields[i], &json);
	}
	json_end(&json);
}

const struct view view_json = {
	.name = "json",
	.open = open_json,
	.show = show_json,
	.close = close_json,
};
