/* SPDX-License-Identifier: MIT */
#include "sink/syslog-format.h"

#include "base/escape.h"
#include "base/timestamp.h"
#include "record/encoding.h"

enum {
	FACILITY_USER = 1, /* syslog(3)'s default */
	APP_NAME_MAX = 48, /* RFC 5424, section 6 */
	HOST_NAME_MAX_ = 255,
	PARAM_NAME_MAX = 32,
	TAG_MAX = 64, /* RFC 3164: 32; today's services take more */
};

/* 32473 is the enterprise number for examples (RFC 5612): mplog has none of its own. */
#define SD_ID "mplog@32473"

static void put_priority(struct strbuf *text, const struct delivery *delivery)
{
	const int facility = delivery->record->facility;

	strbuf_put_char(text, '<');
	strbuf_put_number(text, (unsigned)((facility > 0 ? facility : FACILITY_USER) * 8 +
					   delivery->record->level));
	strbuf_put_char(text, '>');
}

/* Puts a word of printable ASCII, with '_' for other bytes and for STOPS, which would end it. */
static void put_word(struct strbuf *text, const char *word, size_t max, const char *stops)
{
	if (!word || !*word) {
		strbuf_put_char(text, '-');
		return;
	}
	for (size_t i = 0; i < max && word[i]; i++) {
		const bool is_plain = word[i] > ' ' && word[i] < 0x7f && !strchr(stops, word[i]);

		strbuf_put_char(text, is_plain ? word[i] : '_');
	}
}

static void put_content(struct strbuf *text, const struct delivery *delivery)
{
	strbuf_put_escaped(text, delivery->output->prefix[SINK_SYSLOG]);
	strbuf_put_escaped(text, delivery->record->text);
}

void strbuf_put_rfc3164(struct strbuf *text, const struct delivery *delivery,
			const struct timespec *when)
{
	put_priority(text, delivery);
	strbuf_put_rfc3164_time(text, when);
	strbuf_put_char(text, ' ');
	put_word(text, delivery->output->identifier, TAG_MAX, ":[]");
	strbuf_put_char(text, '[');
	strbuf_put_number(text, (unsigned)delivery->output->pid);
	strbuf_put_literal(text, "]: ");
	put_content(text, delivery);
}

static void put_fields(struct strbuf *text, const struct record *record)
{
	struct bytes fields = { record->data.data, record->message_at };
	struct encoded_field field;

	strbuf_put_literal(text, "[" SD_ID);
	while (encoding_next(&fields, &field)) {
		if (field.name.size > PARAM_NAME_MAX)
			continue;
		strbuf_put_char(text, ' ');
		strbuf_put(text, field.name);
		strbuf_put_literal(text, "=\"");
		strbuf_put_sd_value(text, field.value);
		strbuf_put_char(text, '"');
	}
	strbuf_put_char(text, ']');
}

void strbuf_put_rfc5424(struct strbuf *text, const struct delivery *delivery,
			const struct timespec *when, const char *host, bool with_fields)
{
	put_priority(text, delivery);
	strbuf_put_literal(text, "1 ");
	strbuf_put_rfc5424_time(text, when);
	strbuf_put_char(text, ' ');
	put_word(text, host, HOST_NAME_MAX_, "");
	strbuf_put_char(text, ' ');
	put_word(text, delivery->output->identifier, APP_NAME_MAX, "");
	strbuf_put_char(text, ' ');
	strbuf_put_number(text, (unsigned)delivery->output->pid);
	strbuf_put_literal(text, " - ");
	if (with_fields)
		put_fields(text, delivery->record);
	else
		strbuf_put_char(text, '-');
	strbuf_put_char(text, ' ');
	put_content(text, delivery);
}
