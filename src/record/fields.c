/* SPDX-License-Identifier: MIT */
#include "record/fields.h"

#include "base/dtoa.h"
#include "record/encoding.h"
#include "record/field-name.h"

enum {
	BAD_NAME_MAX = 256, /* a longer bad name is cut */
	MESSAGE_RESERVE =
		1 << 16,       /* the part of RECORD_SIZE_MAX that fields leave to the message */
	NAME_SIZE_MASK = 0xff, /* of a key */
};

/* The names of a call's fields. Each name is compared with all others: nearly every call has a
 * handful of fields, and RECORD_FIELDS_MAX of them are half a million comparisons of 16 bits, less
 * than a millisecond, for a record that takes journald as long. */
struct names {
	struct call_fields call;
	uint16_t key[RECORD_FIELDS_MAX]; /* 0: the field is left out */
	const char *bad;                 /* the first name that is left out as a mistake */
};

static bool has_data(const struct mplog_field *field)
{
	return field->type == MPLOG_FIELD_STRING || field->type == MPLOG_FIELD_BLOB;
}

static bool has_known_type(const struct mplog_field *field)
{
	return field->type >= MPLOG_FIELD_INT && field->type <= MPLOG_FIELD_BLOB;
}

/* Names with different keys differ, which saves most comparisons of names. The last letter is in the
 * key: numbered names differ there. */
static uint16_t key_of(struct bytes name)
{
	const size_t last = (unsigned char)name.data[name.size - 1];

	return (uint16_t)(last << 8 | name.size);
}

/* Returns whether the call's fields from FIRST on have that name. */
static bool search_from(const struct names *names, size_t first, struct bytes name)
{
	const uint16_t key = key_of(name);

	for (size_t i = first; i < names->call.n; i++) {
		if (names->key[i] == key &&
		    memcmp(names->call.field[i].name, name.data, name.size) == 0)
			return true;
	}
	return false;
}

static const char *shown(const char *name)
{
	return name ? name : "(null)";
}

/* The size of the field's name, 0 where the field has to be left out. Fields are looked at from the
 * last one to the first: the bad name that is kept is the first of the call. */
static size_t usable_name(struct names *names, const struct mplog_field *field)
{
	const size_t size = field->name ? strnlen(field->name, FIELD_NAME_MAX + 1) : 0;

	if (size == 0 || !field_name_is_valid(field->name, size) ||
	    field_name_is_reserved(field->name, size) || !has_known_type(field)) {
		names->bad = shown(field->name);
		return 0;
	}
	return !has_data(field) || field->value.data ? size : 0;
}

/* From the last field to the first: a field leaves out those of its name that stand before it. */
static void collect_names(struct names *names, struct call_fields call)
{
	names->call = call;
	names->bad = NULL;
	if (call.n > RECORD_FIELDS_MAX) {
		names->call.n = RECORD_FIELDS_MAX;
		names->bad = shown(call.field[RECORD_FIELDS_MAX].name);
	}

	for (size_t i = names->call.n; i-- > 0;) {
		const struct mplog_field *const field = &call.field[i];
		const struct bytes name = { field->name, usable_name(names, field) };

		names->key[i] =
			name.size > 0 && !search_from(names, i + 1, name) ? key_of(name) : 0;
	}
}

/* Writes the scope's fields that the call does not have; returns their number. */
static size_t put_remaining(struct strbuf *out, struct bytes fields, const struct names *names)
{
	struct encoded_field field;
	size_t n = 0;

	while (encoding_next(&fields, &field)) {
		if (search_from(names, 0, field.name))
			continue;
		strbuf_put(out, field.encoded);
		n++;
	}
	return n;
}

static void put_integer(struct strbuf *out, int64_t number)
{
	if (number < 0)
		strbuf_put_char(out, '-');
	strbuf_put_number(out, number < 0 ? -(uint64_t)number : (uint64_t)number);
}

static void put_plain_value(struct strbuf *out, const struct mplog_field *field)
{
	switch (field->type) {
	case MPLOG_FIELD_INT:
		put_integer(out, field->value.number);
		break;
	case MPLOG_FIELD_UINT:
		strbuf_put_number(out, field->value.unsigned_number);
		break;
	case MPLOG_FIELD_REAL:
		strbuf_put_double(out, field->value.real);
		break;
	default:
		strbuf_put_string(out, field->value.unsigned_number ? "true" : "false");
		break;
	}
}

/* Writes a field; returns false where the record has no room for the field. */
static bool put_call_field(struct strbuf *out, const struct mplog_field *field, size_t name_size)
{
	const struct bytes name = { field->name, name_size };
	struct bytes value = { field->value.data, field->size };

	if (!has_data(field)) {
		strbuf_put(out, name);
		strbuf_put_char(out, '=');
		put_plain_value(out, field);
		strbuf_put_char(out, '\n');
		return true;
	}
	if (field->type == MPLOG_FIELD_STRING)
		value.size = strlen(value.data);
	if (value.size > RECORD_SIZE_MAX ||
	    out->size + value.size > RECORD_SIZE_MAX - MESSAGE_RESERVE)
		return false;
	strbuf_put_binary_field(out, name, value);
	return true;
}

static void put_bad_name(struct strbuf *out, const char *bad)
{
	const struct bytes value = { bad, strnlen(bad, BAD_NAME_MAX) };

	strbuf_put_binary_field(out, (struct bytes){ "MPLOG_BAD_FIELD", 15 }, value);
}

size_t strbuf_put_merged_fields(struct strbuf out, struct bytes scope_fields,
				struct call_fields call)
{
	struct names names;
	size_t n_put;

	collect_names(&names, call);
	n_put = put_remaining(&out, scope_fields, &names);
	for (size_t i = 0; i < names.call.n; i++) {
		const size_t name_size = names.key[i] & NAME_SIZE_MASK;

		if (name_size == 0)
			continue;
		if (n_put < RECORD_FIELDS_MAX && put_call_field(&out, &call.field[i], name_size))
			n_put++;
		else if (!names.bad)
			names.bad = call.field[i].name;
	}
	if (names.bad)
		put_bad_name(&out, names.bad);
	return out.size;
}
