/* SPDX-License-Identifier: MIT */
#include "record/fields.h"

#include "base/dtoa.h"
#include "record/encoding.h"
#include "record/field-name.h"

enum {
	BAD_NAME_MAX = 256,        /* of a bad name, so much is told */
	MESSAGE_RESERVE = 1 << 16, /* fields leave so much of RECORD_SIZE_MAX to the message */
};

/* The names of a call's fields. Each is looked for among all: a handful is all that nearly every
 * call has, and RECORD_FIELDS_MAX are half a million comparisons of 16 bits, less than a
 * millisecond, for a record that takes journald as long. */
struct names {
	struct call_fields call;
	uint16_t key[RECORD_FIELDS_MAX]; /* 0: left out */
	const char *bad;                 /* the first one that cannot be */
};

static bool has_value(const struct mplog_field *field)
{
	return (field->type != MPLOG_FIELD_STRING && field->type != MPLOG_FIELD_BLOB) ||
	       field->value.data;
}

static bool has_known_type(const struct mplog_field *field)
{
	return field->type >= MPLOG_FIELD_INT && field->type <= MPLOG_FIELD_BLOB;
}

/* Of two names with different keys one search is over. The last letter: of many names it is what
 * differs. */
static uint16_t key_of(struct bytes name)
{
	const size_t last = (unsigned char)name.data[name.size - 1];

	return (uint16_t)(last << 8 | name.size);
}

static size_t size_of(uint16_t key)
{
	return key & 0xff;
}

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
static void collect_names(struct names *names, struct call_fields call)
{
	names->call = call;
	names->bad = NULL;
	if (call.n > RECORD_FIELDS_MAX) {
		names->call.n = RECORD_FIELDS_MAX;
		note_bad(names, call.field[RECORD_FIELDS_MAX].name);
	}

	for (size_t i = names->call.n; i-- > 0;) {
		const struct mplog_field *const field = &call.field[i];
		const struct bytes name = { field->name, usable_name(names, field) };

		names->key[i] =
			name.size > 0 && !search_from(names, i + 1, name) ? key_of(name) : 0;
	}
}

/* Returns how many were put. */
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

static struct bytes bool_text(bool value)
{
	return value ? (struct bytes){ "true", 4 } : (struct bytes){ "false", 5 };
}

static void put_signed(struct strbuf *out, int64_t number)
{
	if (number < 0)
		strbuf_put_char(out, '-');
	strbuf_put_number(out, number < 0 ? -(uint64_t)number : (uint64_t)number);
}

static void put_value(struct strbuf *out, const struct mplog_field *field)
{
	switch (field->type) {
	case MPLOG_FIELD_INT:
		put_signed(out, field->value.number);
		break;
	case MPLOG_FIELD_UINT:
		strbuf_put_number(out, field->value.unsigned_number);
		break;
	case MPLOG_FIELD_REAL:
		strbuf_put_double(out, field->value.real);
		break;
	default:
		strbuf_put(out, bool_text(field->value.unsigned_number != 0));
		break;
	}
}

static bool is_binary(const struct mplog_field *field)
{
	return field->type == MPLOG_FIELD_STRING || field->type == MPLOG_FIELD_BLOB;
}

/* False where there is no room for it. */
static bool put_call_field(struct strbuf *out, const struct mplog_field *field, size_t name_size)
{
	const struct bytes name = { field->name, name_size };
	struct bytes value = { field->value.data, field->size };

	if (!is_binary(field)) {
		strbuf_put(out, name);
		strbuf_put_char(out, '=');
		put_value(out, field);
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
		const struct mplog_field *const field = &call.field[i];

		if (names.key[i] == 0)
			continue;
		if (n_put < RECORD_FIELDS_MAX && put_call_field(&out, field, size_of(names.key[i])))
			n_put++;
		else
			note_bad(&names, field->name);
	}
	if (names.bad)
		put_bad_name(&out, names.bad);
	return out.size;
}
