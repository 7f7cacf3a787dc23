/* SPDX-License-Identifier: MIT */
#include "sink/stderr-format.h"

#include "base/color.h"
#include "base/escape.h"
#include "base/timestamp.h"
#include "base/utf8.h"
#include "mplog.h"
#include "record/encoding.h"

static struct bytes bytes_of(const char *string)
{
	return (struct bytes){ string, strlen(string) };
}

static void put_upper(struct strbuf *text, const char *name)
{
	for (; *name; name++)
		strbuf_put_char(text,
				*name >= 'a' && *name <= 'z' ? (char)(*name - 'a' + 'A') : *name);
}

static bool is_word(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       c == '_';
}

/* Finds name in the prefix as a whole word: not the first s of "process=s". */
static const char *find_word(struct bytes prefix, struct bytes name)
{
	const char *const end = prefix.data + prefix.size;
	const char *at = prefix.data;

	while (prefix.size > 0 && name.size > 0 &&
	       (at = memmem(at, (size_t)(end - at), name.data, name.size))) {
		const char *const next = at + name.size;

		if ((at == prefix.data || !is_word(at[-1])) && (next == end || !is_word(*next)))
			return at;
		at++;
	}
	return NULL;
}

static void put_colored(struct strbuf *text, struct bytes name)
{
	strbuf_put_literal(text, COLOR_BEGIN);
	strbuf_put_number(text, color_of_name(name.data, name.size));
	strbuf_put_char(text, 'm');
	strbuf_put_escaped(text, name);
	strbuf_put_literal(text, COLOR_END);
}

static void put_prefix(struct strbuf *text, struct bytes prefix, struct bytes name, bool color)
{
	const char *const at = color ? find_word(prefix, name) : NULL;
	const size_t before = at ? (size_t)(at - prefix.data) : prefix.size;

	strbuf_put_escaped(text, (struct bytes){ prefix.data, before });
	if (!at)
		return;
	put_colored(text, name);
	strbuf_put_escaped(text,
			   (struct bytes){ at + name.size, prefix.size - before - name.size });
}

void strbuf_put_line(struct strbuf *text, const struct delivery *delivery,
		     const struct timespec *when, bool color)
{
	const struct record *const record = delivery->record;
	const struct output *const output = delivery->output;

	strbuf_put_log_time(text, when);
	strbuf_put_char(text, ' ');
	put_upper(text, mplog_level_name(record->level));
	strbuf_put_char(text, ' ');
	strbuf_put_escaped(text, bytes_of(output->identifier));
	strbuf_put_char(text, ' ');
	strbuf_put_number(text, (unsigned)output->pid);
	strbuf_put_char(text, ' ');
	strbuf_put_escaped(text, bytes_of(record->logger));
	strbuf_put_char(text, ' ');
	put_prefix(text, output->prefix[SINK_STDERR], bytes_of(output->process), color);
	strbuf_put_escaped(text, record->text);
	strbuf_put_char(text, '\n');
}

static void put_byte_items(struct strbuf *text, struct bytes value, bool is_first)
{
	for (size_t i = 0; i < value.size; i++) {
		if (i > 0 || !is_first)
			strbuf_put_char(text, ',');
		strbuf_put_number(text, (unsigned char)value.data[i]);
	}
}

/* PREFIX: of MESSAGE alone. */
static void put_value(struct strbuf *text, struct bytes prefix, struct bytes value)
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

static void put_member(struct strbuf *text, struct bytes name, struct bytes prefix,
		       struct bytes value)
{
	strbuf_put_literal(text, ",\"");
	strbuf_put_json_characters(text, name);
	strbuf_put_literal(text, "\":");
	put_value(text, prefix, value);
}

void strbuf_put_json_line(struct strbuf *text, const struct delivery *delivery,
			  const struct timespec *when)
{
	const struct record *const record = delivery->record;
	const struct bytes no_prefix = { NULL, 0 };
	struct bytes fields = { record->data.data, record->message_at };
	struct encoded_field field;

	strbuf_put_literal(text, "{\"__REALTIME_TIMESTAMP\":\"");
	strbuf_put_number(text, (uint64_t)when->tv_sec * 1000000 + (uint64_t)when->tv_nsec / 1000);
	strbuf_put_literal(text, "\",\"_PID\":\"");
	strbuf_put_number(text, (unsigned)delivery->output->pid);
	strbuf_put_char(text, '"');
	while (encoding_next(&fields, &field))
		put_member(text, field.name, no_prefix, field.value);
	put_member(text, bytes_of("MESSAGE"), delivery->output->prefix[SINK_STDERR], record->text);
	strbuf_put_literal(text, "}\n");
}
