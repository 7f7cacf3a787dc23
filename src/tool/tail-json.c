/* SPDX-License-Identifier: MIT */
/* mplog tail --output=json: an object a line, as journalctl -o json has it. */

#include "tail.h"

#include "cleanup.h"
#include "escape.h"
#include "utf8.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct field {
	size_t name; /* where in the copies it begins */
	size_t name_size;
	size_t size;
	bool is_done;
};

struct json_view {
	char *copies; /* the fields of one record, one behind the other */
	size_t size, capacity;
	struct field *fields;
	size_t n, n_allocated;
	char *buffer; /* one value as JSON */
	size_t buffer_size;
};

static void *open_view(const struct look *look)
{
	return calloc(1, sizeof(struct json_view));
}

static void close_view(void *userdata)
{
	struct json_view *const view = userdata;

	free(view->copies);
	free(view->fields);
	free(view->buffer);
	free(view);
}

static void *grow(void *memory, size_t *capacity, size_t needed, size_t item)
{
	if (needed <= *capacity)
		return memory;
	*capacity = 2 * needed;
	memory = reallocarray(memory, *capacity, item);
	if (!memory)
		abort();
	return memory;
}

static void add_field(struct json_view *view, const char *data, size_t size)
{
	const char *const equals = memchr(data, '=', size);

	if (!equals)
		return;
	view->copies = grow(view->copies, &view->capacity, view->size + size, 1);
	view->fields = grow(view->fields, &view->n_allocated, view->n + 1, sizeof(struct field));
	memcpy(view->copies + view->size, data, size);
	view->fields[view->n++] = (struct field){
		.name = view->size,
		.name_size = (size_t)(equals - data),
		.size = size,
	};
	view->size += size;
}

static struct bytes name_of(const struct json_view *view, const struct field *field)
{
	return (struct bytes){ view->copies + field->name, field->name_size };
}

static struct bytes value_of(const struct json_view *view, const struct field *field)
{
	const size_t before = field->name_size + 1;

	return (struct bytes){ view->copies + field->name + before, field->size - before };
}

static void print_string(struct json_view *view, struct bytes bytes)
{
	struct text text = { .data = view->buffer, .capacity = view->buffer_size };

	text_put_json_characters(&text, bytes);
	if (text.size > text.capacity) {
		view->buffer = grow(view->buffer, &view->buffer_size, text.size, 1);
		text = (struct text){ .data = view->buffer, .capacity = view->buffer_size };
		text_put_json_characters(&text, bytes);
	}
	(void)fputc('"', stdout);
	(void)fwrite(text.data, 1, text.size, stdout);
	(void)fputc('"', stdout);
}

static void print_value(struct json_view *view, struct bytes value)
{
	if (bytes_are_text(value)) {
		print_string(view, value);
		return;
	}
	for (size_t i = 0; i < value.size; i++)
		(void)printf("%c%u", i == 0 ? '[' : ',', (unsigned char)value.data[i]);
	(void)fputc(']', stdout);
}

/* The next field of the same name, or NULL. */
static struct field *find_same(struct json_view *view, const struct field *field)
{
	const struct bytes name = name_of(view, field);

	for (size_t i = (size_t)(field - view->fields) + 1; i < view->n; i++) {
		const struct bytes other = name_of(view, &view->fields[i]);

		if (other.size == name.size && memcmp(other.data, name.data, name.size) == 0)
			return &view->fields[i];
	}
	return NULL;
}

/* A field that a record has several times is an array. */
static void print_field(struct json_view *view, struct field *field)
{
	const bool is_array = find_same(view, field) != NULL;

	(void)fputc(',', stdout);
	print_string(view, name_of(view, field));
	(void)fputs(is_array ? ":[" : ":", stdout);
	print_value(view, value_of(view, field));
	while ((field = find_same(view, field))) {
		field->is_done = true;
		(void)fputc(',', stdout);
		print_value(view, value_of(view, field));
	}
	if (is_array)
		(void)fputc(']', stdout);
}

static void print_address(const struct entry *entry)
{
	AUTO_FREE char *cursor = NULL;
	uint64_t monotonic_us;
	sd_id128_t boot;

	if (sd_journal_get_cursor(entry->journal, &cursor) < 0)
		cursor = NULL;
	(void)printf("{\"__CURSOR\":\"%s\",\"__REALTIME_TIMESTAMP\":\"%" PRIu64 "\"",
		     cursor ? cursor : "", entry->realtime_us);
	if (sd_journal_get_monotonic_usec(entry->journal, &monotonic_us, &boot) >= 0)
		(void)printf(",\"__MONOTONIC_TIMESTAMP\":\"%" PRIu64 "\"", monotonic_us);
}

static void show(void *userdata, const struct entry *entry)
{
	struct json_view *const view = userdata;
	const void *data;
	size_t size;

	view->n = view->size = 0;
	sd_journal_restart_data(entry->journal);
	while (sd_journal_enumerate_available_data(entry->journal, &data, &size) > 0)
		add_field(view, data, size);
	print_address(entry);
	for (size_t i = 0; i < view->n; i++) {
		if (!view->fields[i].is_done)
			print_field(view, &view->fields[i]);
	}
	(void)fputs("}\n", stdout);
}

const struct view view_json = {
	.name = "json",
	.open = open_view,
	.show = show,
	.close = close_view,
};
