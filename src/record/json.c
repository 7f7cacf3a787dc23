/* SPDX-License-Identifier: MIT */
#include "record/json.h"

#include "base/escape.h"
#include "base/utf8.h"
#include "record/encoding.h"

static void put_byte_items(struct strbuf *text, struct bytes value, bool is_first)
{
	for (size_t i = 0; i < value.size; i++) {
		if (i > 0 || !is_first)
			strbuf_put_char(text, ',');
		strbuf_put_number(text, (unsigned char)value.data[i]);
	}
}

static COLD void put_any_value(struct strbuf *text, struct bytes prefix, struct bytes value)
{
	if (utf8_is_text(prefix) && utf8_is_text(value)) {
		strbuf_put_char(text, '"');
		strbuf_put_json_characters(text, prefix);
		strbuf_put_json_characters(text, value);
		strbuf_put_char(text, '"');
		return;
	}
	strbuf_put_char(text, '[');
	put_byte_items(text, prefix, true);
	put_byte_items(text, value, prefix.size == 0);
	strbuf_put_char(text, ']');
}

static inline char *copy(char *at, struct bytes bytes)
{
	return bytes.size > 0 ? mempcpy(at, bytes.data, bytes.size) : at;
}

static inline char *copy_char(char *at, char c)
{
	*at = c;
	return at + 1;
}

static inline ALWAYS_INLINE void put_member(struct strbuf *text, struct bytes name,
					    struct bytes prefix, struct bytes value)
{
	enum { FRAME = sizeof(",\"\":\"\"") - 1 };
	char *at = strbuf_begin(text, FRAME + name.size + prefix.size + value.size);

	/* Names are of A-Z 0-9 _. */
	if (LIKELY(at && json_is_plain(value) && json_is_plain(prefix))) {
		at = copy(copy_char(copy_char(at, ','), '"'), name);
		at = copy_char(copy_char(copy_char(at, '"'), ':'), '"');
		at = copy_char(copy(copy(at, prefix), value), '"');
		strbuf_end(text, at);
		return;
	}
	strbuf_put_literal(text, ",\"");
	strbuf_put(text, name);
	strbuf_put_literal(text, "\":");
	put_any_value(text, prefix, value);
}

void strbuf_put_json_member(struct strbuf *text, struct bytes name, struct bytes prefix,
			    struct bytes value)
{
	put_member(text, name, prefix, value);
}

void strbuf_put_json_members(struct strbuf *text, struct bytes fields)
{
	const struct bytes no_prefix = { NULL, 0 };
	struct encoded_field field;

	while (encoding_next(&fields, &field))
		put_member(text, field.name, no_prefix, field.value);
}
