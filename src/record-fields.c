/* SPDX-License-Identifier: MIT */
#include "record-fields.h"

#include <endian.h>

#include "field.h"
#include "real.h"

enum {
	BAD_NAME_MAX = 256,        /* of a bad name, so much is told */
	MESSAGE_RESERVE = 1 << 16, /* fields leave so much of RECORD_SIZE_MAX to the message */
	FILTER_BITS = 4096,
	FILTER_WORDS = FILTER_BITS / 64,
};

/* The names of a call's fields. The filter spares most searches: a thousand fields would take half
 * a million comparisons. */
struct names {
	const struct mplog_field *fields;
	size_t n;
	uint8_t size[RECORD_FIELDS_MAX]; /* of the name; 0: left out */
	uint64_t filter[FILTER_WORDS];
	const char *bad; /* the first one that cannot be */
};

void text_put_binary_field(struct text *out, struct bytes name, struct bytes value)
{
	const uint64_t size = htole64(value.size);

	text_put(out, name);
	text_put_char(out, '\n');
	text_put(out, (struct bytes){ (const char *)&size, sizeof(size) });
	text_put(out, value);
	text_put_char(out, '\n');
}

void text_put_plain_field(struct text *out, struct bytes name, struct bytes value)
{
	text_put(out, name);
	text_put_char(out, '=');
	text_put(out, value);
	text_put_char(out, '\n');
}

static bool has_value(const struct mplog_field *field)
{
	return (field->type != MPLOG_FIELD_STRING && field->type != MPLOG_FIELD_BLOB) ||
	       field->value.data;
}

static bool has_known_type(const struct mplog_field *field)
{
	return field->type >= MPLOG_FIELD_INT && field->type <= MPLOG_FIELD_BLOB;
}

static unsigned hash_name(struct bytes name)
{
	unsigned hash = (unsigned)name.size;

	for (size_t i = 0; i < name.size; i++)
		hash = hash * 31 + (unsigned char)name.data[i];
	return hash % FILTER_BITS;
}

static bool filter_holds(const struct names *names, unsigned hash)
{
	return names->filter[hash / 64] >> (hash % 64) & 1;
}

static bool search_from(const struct names *names, size_t first, struct bytes name)
{
	for (size_t i = first; i < names->n; i++) {
		if (names->size[i] == name.size &&
		    memcmp(names->fields[i].name, name.data, name.size) == 0)
			return true;
	}
	return false;
}

static bool names_hold(const struct names *names, struct bytes name)
{
	return filter_holds(names, hash_name(name)) && search_from(names, 0, name);
}

static void note_bad(struct names *names, const char *name)
{
	if (!names->bad)
		names->bad = name ? name : "(null)";
}

/* The size of the field's name, 0 where the field has to be left out. */
static size_t usable_name(struct names *names, const struct mplog_field *field)
{
	const size_t size = field->name ? strnlen(field->name, FIELD_NAME_MAX + 1) : 0;

	if (size == 0 || !field_name_is_valid(field->name, size) ||
	    field_name_is_reserved(field->name, size) || !has_known_type(field)) {
		names->bad = NULL; /* the first one counts, and this is further to the front */
		note_bad(names, field->name);
		return 0;
	}
	return has_value(field) ? size : 0;
}

/* From the last one to the first: a name that stands further on leaves this one out. */
static void collect_names(struct names *names, const struct record_source *source)
{
	names->fields = source->call_fields;
	names->n = source->n_call_fields;
	names->bad = NULL;
	memset(names->filter, 0, sizeof(names->filter));
	if (names->n > RECORD_FIELDS_MAX) {
		names->n = RECORD_FIELDS_MAX;
		note_bad(names, source->call_fields[RECORD_FIELDS_MAX].name);
	}

	for (size_t i = names->n; i-- > 0;) {
		const struct mplog_field *const field = &names->fields[i];
		const struct bytes name = { field->name, usable_name(names, field) };
		const unsigned hash = hash_name(name);

		names->size[i] = (uint8_t)name.size;
		if (name.size == 0)
			continue;
		if (filter_holds(names, hash) && search_from(names, i + 1, name))
			names->size[i] = 0;
		names->filter[hash / 64] |= (uint64_t)1 << (hash % 64);
	}
}

/* Returns how many were put. */
static size_t put_remaining(struct text *out, struct bytes fields, const struct names *names)
{
	struct record_field field;
	size_t n = 0;

	while (record_next(&fields, &field)) {
		if (names_hold(names, field.name))
			continue;
		text_put(out, field.encoded);
		n++;
	}
	return n;
}

static struct bytes bool_text(bool value)
{
	return value ? (struct bytes){ "true", 4 } : (struct bytes){ "false", 5 };
}

static void put_signed(struct text *out, int64_t number)
{
	if (number < 0)
		text_put_char(out, '-');
	text_put_number(out, number < 0 ? -(uint64_t)number : (uint64_t)number);
}

static void put_value(struct text *out, const struct mplog_field *field)
{
	switch (field->type) {
	case MPLOG_FIELD_INT:
		put_signed(out, field->value.number);
		break;
	case MPLOG_FIELD_UINT:
		text_put_number(out, field->value.unsigned_number);
		break;
	case MPLOG_FIELD_REAL:
		text_put_real(out, field->value.real);
		break;
	default:
		text_put(out, bool_text(field->value.unsigned_number != 0));
		break;
	}
}

static bool is_binary(const struct mplog_field *field)
{
	return field->type == MPLOG_FIELD_STRING || field->type == MPLOG_FIELD_BLOB;
}

/* False where there is no room for it. */
static bool put_call_field(struct text *out, const struct mplog_field *field, size_t name_size)
{
	const struct bytes name = { field->name, name_size };
	struct bytes value = { field->value.data, field->size };

	if (!is_binary(field)) {
		text_put(out, name);
		text_put_char(out, '=');
		put_value(out, field);
		text_put_char(out, '\n');
		return true;
	}
	if (field->type == MPLOG_FIELD_STRING)
		value.size = strlen(value.data);
	if (value.size > RECORD_SIZE_MAX ||
	    out->size + value.size > RECORD_SIZE_MAX - MESSAGE_RESERVE)
		return false;
	text_put_binary_field(out, name, value);
	return true;
}

static void put_bad_name(struct text *out, const char *bad)
{
	const struct bytes value = { bad, strnlen(bad, BAD_NAME_MAX) };

	text_put_binary_field(out, (struct bytes){ "MPLOG_BAD_FIELD", 15 }, value);
}

size_t text_put_merged_fields(struct text out, const struct record_source *source)
{
	struct names names;
	size_t n_put;

	collect_names(&names, source);
	n_put = put_remaining(&out, source->fields, &names);
	for (size_t i = 0; i < names.n; i++) {
		const struct mplog_field *const field = &names.fields[i];

		if (names.size[i] == 0)
			continue;
		if (n_put < RECORD_FIELDS_MAX && put_call_field(&out, field, names.size[i]))
			n_put++;
		else
			note_bad(&names, field->name);
	}
	if (names.bad)
		put_bad_name(&out, names.bad);
	return out.size;
}
