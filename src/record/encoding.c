/* SPDX-License-Identifier: MIT */
#include "record/encoding.h"

#include <endian.h>
#include <string.h>

/* Reads "NAME\n", the size and the value, "\n". LINE: the name. */
static bool take_binary(struct bytes line, struct bytes rest, struct encoded_field *ret)
{
	const size_t head = line.size + 1 + sizeof(uint64_t);
	uint64_t size;

	if (rest.size < head + 1)
		return false;
	memcpy(&size, rest.data + line.size + 1, sizeof(size));
	size = le64toh(size);
	if (size > rest.size - head - 1 || rest.data[head + size] != '\n')
		return false;

	ret->name = line;
	ret->value = (struct bytes){ rest.data + head, (size_t)size };
	ret->encoded = (struct bytes){ rest.data, head + (size_t)size + 1 };
	return true;
}

static void take_plain(struct bytes line, size_t name_size, struct encoded_field *ret)
{
	ret->name = (struct bytes){ line.data, name_size };
	ret->value = (struct bytes){ line.data + name_size + 1, line.size - name_size - 1 };
	ret->encoded = (struct bytes){ line.data, line.size + 1 };
}

bool encoding_next(struct bytes *cursor, struct encoded_field *ret)
{
	const char *const end = cursor->size > 0 ? memchr(cursor->data, '\n', cursor->size) : NULL;
	struct bytes line;
	const char *equals;

	if (!end || end == cursor->data || cursor->data[0] == '=')
		return false;
	line = (struct bytes){ cursor->data, (size_t)(end - cursor->data) };
	equals = memchr(line.data, '=', line.size);
	if (equals)
		take_plain(line, (size_t)(equals - line.data), ret);
	else if (!take_binary(line, *cursor, ret))
		return false;

	cursor->data += ret->encoded.size;
	cursor->size -= ret->encoded.size;
	return true;
}

size_t encoding_count(struct bytes fields)
{
	struct encoded_field field;
	size_t n = 0;

	while (encoding_next(&fields, &field))
		n++;
	return n;
}

bool encoding_is_named(const struct encoded_field *field, struct bytes name)
{
	return field->name.size == name.size && memcmp(field->name.data, name.data, name.size) == 0;
}

bool encoding_has_field(struct bytes fields, const char *name)
{
	struct encoded_field field;

	while (encoding_next(&fields, &field)) {
		if (encoding_is_named(&field, (struct bytes){ name, strlen(name) }))
			return true;
	}
	return false;
}

void strbuf_put_binary_field(struct strbuf *out, struct bytes name, struct bytes value)
{
	const uint64_t size = htole64(value.size);

	strbuf_put(out, name);
	strbuf_put_char(out, '\n');
	strbuf_put(out, (struct bytes){ (const char *)&size, sizeof(size) });
	strbuf_put(out, value);
	strbuf_put_char(out, '\n');
}

void strbuf_put_field(struct strbuf *out, struct bytes name, struct bytes value)
{
	if (value.size > 0 && memchr(value.data, '\n', value.size)) {
		strbuf_put_binary_field(out, name, value);
		return;
	}
	strbuf_put(out, name);
	strbuf_put_char(out, '=');
	strbuf_put(out, value);
	strbuf_put_char(out, '\n');
}

size_t encoding_put(char *buffer, size_t capacity, struct bytes name, struct bytes value)
{
	struct strbuf out = { buffer, capacity, 0 };

	strbuf_put_field(&out, name, value);
	return out.size;
}

size_t encoding_replace_field(char *buffer, size_t capacity, struct bytes fields, struct bytes name,
			      const struct bytes *value)
{
	struct strbuf out = { buffer, capacity, 0 };
	struct encoded_field field;

	while (encoding_next(&fields, &field)) {
		if (!encoding_is_named(&field, name))
			strbuf_put(&out, field.encoded);
	}
	if (value)
		strbuf_put_field(&out, name, *value);
	return out.size;
}
