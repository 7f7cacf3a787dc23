/* SPDX-License-Identifier: MIT */
#include "sink/stderr-format.h"

#include "base/color.h"
#include "base/escape.h"
#include "base/level.h"
#include "base/timestamp.h"
#include "base/utf8.h"
#include "mplog.h"
#include "record/json.h"
#include "record/record-json.h"
#include "record/site.h"

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

static void put_time_and_level(struct strbuf *text, const struct timespec *when, int level)
{
	strbuf_put_log_time(text, when);
	strbuf_put_char(text, ' ');
	strbuf_put(text, level_upper(level));
}

static void put_identity(struct strbuf *text, const struct output *output)
{
	strbuf_put_char(text, ' ');
	strbuf_put_escaped(text, bytes_of(output->identifier));
	strbuf_put_char(text, ' ');
	strbuf_put_number(text, (unsigned)output->pid);
	strbuf_put_char(text, ' ');
}

void strbuf_put_line(struct strbuf *text, const struct delivery *delivery,
		     const struct timespec *when, bool color)
{
	const struct record *const record = delivery->record;
	const struct output *const output = delivery->output;

	put_time_and_level(text, when, record->level);
	put_identity(text, output);
	strbuf_put_escaped(text, bytes_of(record->logger));
	strbuf_put_char(text, ' ');
	put_prefix(text, output->prefix[SINK_STDERR], bytes_of(output->process), color);
	strbuf_put_escaped(text, record->text);
	strbuf_put_char(text, '\n');
}

static void put_json_time(struct strbuf *text, const struct timespec *when)
{
	strbuf_put_literal(text, "{\"__REALTIME_TIMESTAMP\":\"");
	strbuf_put_number(text, (uint64_t)when->tv_sec * 1000000 + (uint64_t)when->tv_nsec / 1000);
}

static void put_json_pid(struct strbuf *text, const struct output *output)
{
	strbuf_put_literal(text, "\",\"_PID\":\"");
	strbuf_put_number(text, (unsigned)output->pid);
	strbuf_put_char(text, '"');
}

void strbuf_put_json_line(struct strbuf *text, const struct delivery *delivery,
			  const struct timespec *when)
{
	const struct record *const record = delivery->record;
	const struct bytes fields = { record->data.data, record->message_at };

	put_json_time(text, when);
	put_json_pid(text, delivery->output);
	strbuf_put_json_members(text, fields);
	strbuf_put_json_member(text, bytes_of("MESSAGE"), delivery->output->prefix[SINK_STDERR],
			       record->text);
	strbuf_put_literal(text, "}\n");
}

/* ---- Straight from the source of a record ----------------------------------------------------- */

void strbuf_put_line_head(struct strbuf *text, const struct output *output, struct bytes head)
{
	if (!output->stderr_json) {
		put_identity(text, output);
		return;
	}
	put_json_pid(text, output);
	strbuf_put_json_members(text, head);
}

bool strbuf_put_line_prefix(struct strbuf *text, const struct output *output)
{
	const struct bytes prefix = output->prefix[SINK_STDERR];

	if (output->stderr_json && !utf8_is_text(prefix))
		return false;
	if (output->stderr_json)
		strbuf_put_json_characters(text, prefix);
	else
		strbuf_put_escaped(text, prefix);
	return true;
}

/* Escapes what TEXT has from AT on. Returns false where there is no room for both forms. */
static bool escape_behind(struct strbuf *text, size_t at,
			  void (*put)(struct strbuf *text, struct bytes bytes))
{
	struct bytes raw = { text->data + at, text->size - at };
	struct strbuf measured = { NULL, 0, 0 };

	put(&measured, raw);
	if (measured.size == raw.size)
		return true;
	if (measured.size > text->capacity - at || raw.size > text->capacity - at - measured.size)
		return false;
	raw.data = memmove(text->data + at + measured.size, raw.data, raw.size);
	text->size = at;
	put(text, raw);
	return true;
}

/* Puts the text of the message, and END behind it. */
static bool put_source_text(struct strbuf *text, const struct record_source *source, bool is_json,
			    struct bytes end)
{
	const size_t at = text->size;
	struct bytes raw;

	text->size = record_put_text(*text, source);
	if (text->size > text->capacity)
		return false;
	raw = (struct bytes){ text->data + at, text->size - at };
	if (!json_is_plain(raw)) {
		if (is_json && !utf8_is_text(raw))
			return false;
		if (!escape_behind(text, at,
				   is_json ? strbuf_put_json_characters : strbuf_put_escaped))
			return false;
	}
	strbuf_put(text, end);
	return text->size <= text->capacity;
}

static bool put_source_as_json(struct strbuf *text, const struct record_source *source,
			       const struct output *output, const struct timespec *when)
{
	if (!site_is_usual(source->site))
		return false;
	put_json_time(text, when);
	strbuf_put(text, output->line_head);
	text->size = record_put_json(*text, source);
	strbuf_put_literal(text, ",\"MESSAGE\":\"");
	strbuf_put(text, output->line_prefix);
	return put_source_text(text, source, true, (struct bytes){ "\"}\n", 3 });
}

bool strbuf_put_source(struct strbuf *text, const struct record_source *source,
		       const struct output *output, const struct timespec *when)
{
	const struct mplog_site *const site = source->site;
	const char *const logger = site && site->logger ? site->logger : "root";

	if (site && site_size(site) < sizeof(*site))
		return false;
	if (output->stderr_json)
		return put_source_as_json(text, source, output, when);
	put_time_and_level(text, when, source->level);
	strbuf_put(text, output->line_head);
	strbuf_put_escaped(text, bytes_of(logger));
	strbuf_put_char(text, ' ');
	strbuf_put(text, output->line_prefix);
	return put_source_text(text, source, false, (struct bytes){ "\n", 1 });
}
