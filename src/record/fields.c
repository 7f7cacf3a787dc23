/* SPDX-License-Identifier: MIT */
#include "record/fields.h"

#include <endian.h>

#include "base/dtoa.h"
#include "record/encoding.h"
#include "record/field-name.h"
#include "record/json.h"

enum {
	BAD_NAME_MAX = 256,    /* a longer bad name is cut */
	PLAIN_MAX = 32,        /* a number, a double or a boolean */
	NAME_SIZE_MASK = 0xff, /* of a key */
};

static const struct bytes bad_field = { FIELD_NAME_BAD_FIELD, sizeof(FIELD_NAME_BAD_FIELD) - 1 };

/* The names of a call's fields. Each name is compared with all others: nearly every call has a
 * handful of fields, and RECORD_FIELDS_MAX of them are half a million comparisons of 16 bits, less
 * than a millisecond, for a record that takes journald as long. */
struct names {
	struct call_fields call;
	bool is_json;
	uint16_t key[RECORD_FIELDS_MAX]; /* 0: the field is left out */
	struct bytes bad;                /* the first name of a field that had to be left out */
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

/* Notes the name of a field that is left out, unless there is one already. */
static void note_bad(struct names *names, struct bytes name)
{
	if (!names->bad.data)
		names->bad = name;
}

static struct bytes shown(const char *name)
{
	return name ? (struct bytes){ name, strnlen(name, BAD_NAME_MAX) }
		    : (struct bytes){ "(null)", 6 };
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
static inline void collect_names(struct names *names, struct call_fields call, bool is_json)
{
	names->call = call;
	names->is_json = is_json;
	names->bad = (struct bytes){ NULL, 0 };
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
static size_t put_remaining(struct strbuf *out, struct bytes fields, struct names *names,
			    size_t limit)
{
	struct encoded_field field;
	size_t n = 0;

	while (encoding_next(&fields, &field)) {
		if (search_from(names, 0, field.name))
			continue;
		if (encoding_is_named(&field, bad_field)) { /* no name stands twice */
			note_bad(names, field.value);
			continue;
		}
		if (field.encoded.size > limit) {
			note_bad(names, field.name);
			continue;
		}
		if (names->is_json)
			strbuf_put_json_member(out, field.name, (struct bytes){ NULL, 0 },
					       field.value);
		else
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

static struct bytes plain_value(const struct mplog_field *field, char buffer[PLAIN_MAX])
{
	struct strbuf text = { buffer, PLAIN_MAX, 0 };

	switch (field->type) {
	case MPLOG_FIELD_INT:
		put_integer(&text, field->value.number);
		break;
	case MPLOG_FIELD_UINT:
		strbuf_put_number(&text, field->value.unsigned_number);
		break;
	case MPLOG_FIELD_REAL:
		strbuf_put_double(&text, field->value.real);
		break;
	default:
		return field->value.unsigned_number ? (struct bytes){ "true", 4 }
						    : (struct bytes){ "false", 5 };
	}
	return (struct bytes){ buffer, text.size };
}

/* A size over LIMIT may be a mistake: no byte of such a blob is read. */
static struct bytes data_of(const struct mplog_field *field, size_t limit)
{
	const char *const data = field->value.data;

	if (limit > RECORD_SIZE_MAX)
		limit = RECORD_SIZE_MAX;
	if (field->type == MPLOG_FIELD_STRING)
		return (struct bytes){ data, strnlen(data, limit + 1) };
	return (struct bytes){ data, field->size };
}

/* The room is checked once for all pieces; where there is none, their size is counted. */
static inline ALWAYS_INLINE void put_encoded(struct strbuf *out, struct bytes name,
					     struct bytes value, bool is_binary)
{
	const uint64_t size = htole64(value.size);
	const size_t all = name.size + value.size + 2 + (is_binary ? sizeof(size) : 0);
	char *at = strbuf_begin(out, all);

	if (UNLIKELY(!at)) {
		if (is_binary)
			strbuf_put_binary_field(out, name, value);
		else
			strbuf_put_field(out, name, value);
		return;
	}
	at = mempcpy(at, name.data, name.size);
	*at++ = is_binary ? '\n' : '=';
	if (is_binary)
		at = mempcpy(at, &size, sizeof(size));
	if (value.size > 0)
		at = mempcpy(at, value.data, value.size);
	*at++ = '\n';
	strbuf_end(out, at);
}

/* Writes a field, unless it takes more than LIMIT; returns whether it was written. */
static inline bool put_call_field(struct strbuf *out, const struct mplog_field *field,
				  struct bytes name, size_t limit, bool is_json)
{
	char buffer[PLAIN_MAX];
	const bool is_binary = has_data(field);
	const struct bytes value = is_binary ? data_of(field, limit) : plain_value(field, buffer);
	struct strbuf with = *out;

	if (value.size > limit)
		return false;
	if (is_json)
		strbuf_put_json_member(&with, name, (struct bytes){ NULL, 0 }, value);
	else
		put_encoded(&with, name, value, is_binary);
	if (with.size - out->size > limit)
		return false;
	out->size = with.size;
	return true;
}

static inline ALWAYS_INLINE size_t put_merged(struct strbuf out, struct bytes scope_fields,
					      struct call_fields call, size_t limit, bool is_json)
{
	struct names names;
	size_t n_put;

	collect_names(&names, call, is_json);
	n_put = put_remaining(&out, scope_fields, &names, limit);
	/* Once the record is too large the sum stops growing: it cannot overflow. */
	for (size_t i = 0; i < names.call.n && out.size <= RECORD_SIZE_MAX; i++) {
		const struct mplog_field *const field = &call.field[i];
		const struct bytes name = { field->name, names.key[i] & NAME_SIZE_MASK };

		if (name.size == 0)
			continue;
		if (n_put < RECORD_FIELDS_MAX && put_call_field(&out, field, name, limit, is_json))
			n_put++;
		else
			note_bad(&names, shown(field->name));
	}
	if (names.bad.data && is_json)
		strbuf_put_json_member(&out, bad_field, (struct bytes){ NULL, 0 }, names.bad);
	else if (names.bad.data)
		strbuf_put_binary_field(&out, bad_field, names.bad);
	return out.size;
}

size_t strbuf_put_merged_fields(struct strbuf out, struct bytes scope_fields,
				struct call_fields call, size_t limit)
{
	return put_merged(out, scope_fields, call, limit, false);
}

size_t strbuf_put_merged_json(struct strbuf out, struct bytes scope_fields, struct call_fields call)
{
	return put_merged(out, scope_fields, call, FIELD_SIZE_ANY, true);
}
