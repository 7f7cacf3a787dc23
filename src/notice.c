/* SPDX-License-Identifier: MIT */
#include "notice.h"

#include <errno.h>
#include <string.h>

#include "encoding.h"

/* Made once with uuidgen(1); never to be changed. */
const char *const notice_message_ids[NOTICE_COUNT] = {
	[NOTICE_LOST] = "71df69f8ea8d4de889630e30f4d7f242",
	[NOTICE_SUPPRESSED] = "89a2c2aa62cb4691a9185b5418a684fa",
	[NOTICE_MISTAKE] = "246a5e237f214e2ca331c7f8541e9fae",
	[NOTICE_RELOADED] = "fae4a5502d7f45f3ac3a86665cd7a86d",
	[NOTICE_LEVEL] = "69e1fe1b67224ee2ac8dc35b2e96f55b",
	[NOTICE_CHILD] = "9258b8862001475eabd44b7f4049e9cf",
	[NOTICE_NAME] = "52550c9d22b94de7b82799d35822dc05",
	[NOTICE_SINK] = "424809d2c3084c3899eeffe3e6aa4b2a",
	[NOTICE_BOARD] = "5e9aaacd52b5412c9c0c83cc8f540884",
};

void notice_begin(struct notice *notice, enum notice_kind kind, int level)
{
	notice->kind = kind;
	notice->level = level;
	notice->fields = (struct text){ notice->fields_data, sizeof(notice->fields_data), 0 };
	notice->message = (struct text){ notice->message_data, sizeof(notice->message_data), 0 };
	notice_put(notice, "MESSAGE_ID", notice_message_ids[kind]);
}

static void put(struct notice *notice, const char *name, struct bytes value)
{
	struct text *fields = &notice->fields;
	const struct bytes n = { name, strlen(name) };
	const size_t size = record_put_field(NULL, 0, n, value);

	/* A field that does not fit whole is left out: half of one would spoil the record. */
	if (size > fields->capacity - fields->size)
		return;
	fields->size += record_put_field(fields->data + fields->size, size, n, value);
}

void notice_put(struct notice *notice, const char *name, const char *value)
{
	put(notice, name, (struct bytes){ value, strlen(value) });
}

void notice_put_number(struct notice *notice, const char *name, uint64_t number)
{
	char digits[24];
	struct text text = { .data = digits, .capacity = sizeof(digits) };

	text_put_number(&text, number);
	put(notice, name, (struct bytes){ digits, text.size });
}

void notice_put_time(struct notice *notice, const char *name, int64_t realtime_ns)
{
	notice_put_number(notice, name, (uint64_t)realtime_ns / 1000);
}

void notice_say(struct notice *notice, const char *text)
{
	text_put_string(&notice->message, text);
}

void notice_say_number(struct notice *notice, uint64_t number)
{
	text_put_number(&notice->message, number);
}

int notice_send(struct notice *notice, struct route *route)
{
	const struct text *message = &notice->message;
	struct record_source source = {
		.head = route->voice->head,
		.fields = { notice->fields_data, notice->fields.size },
		.prefix = route->voice->style.prefix[SINK_JOURNAL],
		.level = notice->level,
		.message = { message->data, message->size < message->capacity ? message->size
									      : message->capacity },
	};
	char buffer[4096];
	struct record record;
	size_t size;

	size = record_compose(&record, buffer, sizeof(buffer), &source);
	if (size > sizeof(buffer)) {
		source.prefix.size = 0; /* all the rest is bounded, and fits */
		size = record_compose(&record, buffer, sizeof(buffer), &source);
	}
	if (size > sizeof(buffer))
		return -EMSGSIZE;
	return route_record(route, &record);
}
