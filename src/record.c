/* SPDX-License-Identifier: MIT */
#include "record.h"

#include <endian.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "cleanup.h"
#include "escape.h"
#include "format.h"
#include "record-fields.h"

enum {
	VALUE_SIZE_BYTES = 8,     /* a binary value's size, little-endian */
	EXPANDED_FORMAT_MAX = 512 /* a longer format with %m is left to vsnprintf */
};

/* A site may come from a program that knew fewer members, or more. */
#define site_member(site, member)                                                               \
	((site) && (site)->size >= offsetof(struct mplog_site, member) + sizeof((site)->member) \
		 ? (site)->member                                                               \
		 : 0)

static struct bytes bytes_of(const char *string)
{
	return (struct bytes){ string, strlen(string) };
}

static void put_field(struct text *out, struct bytes name, struct bytes value)
{
	if (value.size > 0 && memchr(value.data, '\n', value.size))
		text_put_binary_field(out, name, value);
	else
		text_put_plain_field(out, name, value);
}

#define put_constant(out, name, value) \
	put_field(out, (struct bytes){ name, sizeof(name) - 1 }, bytes_of(value))

#define put_number(out, name, number)            \
	do {                                     \
		text_put_literal(out, name "="); \
		text_put_number(out, number);    \
		text_put_char(out, '\n');        \
	} while (0)

static void put_site_members(struct text *out, const struct mplog_site *site)
{
	const char *const file = site_member(site, file);
	const char *const logger = site_member(site, logger);
	const unsigned line = site_member(site, line);

	if (logger)
		put_constant(out, "LOGGER", logger);
	if (file)
		put_constant(out, "CODE_FILE", file);
	if (file && line > 0)
		put_number(out, "CODE_LINE", line);
}

/* The fields of the call site: as the compiler encoded them, where it did. */
static void put_site(struct text *out, const struct mplog_site *site)
{
	const char *const block = site_member(site, block);
	const char *const func = site_member(site, func);
	const struct bytes encoded = block ? bytes_of(block) : (struct bytes){ NULL, 0 };

	if (!site)
		text_put_literal(out, "LOGGER=root\n");
	else if (encoded.size > 0 && encoded.data[encoded.size - 1] == '\n')
		text_put(out, encoded);
	else
		put_site_members(out, site);
	if (func)
		put_constant(out, "CODE_FUNC", func);
}

static unsigned positive(int error)
{
	return error < 0 ? -(unsigned)error : (unsigned)error;
}

static void put_numbers(struct text *out, const struct record_source *source)
{
	put_number(out, "PRIORITY", (unsigned)source->level);
	if (source->tid > 0)
		put_number(out, "TID", (unsigned)source->tid);
	if (source->sequence > 0)
		put_number(out, "PROCESS_SEQ", source->sequence);
	if (source->error != 0)
		put_number(out, "ERRNO", positive(source->error));
}

/* The next plain %m; %% and what else follows a per cent sign is stepped over. */
static const char *find_errno_directive(const char *fmt)
{
	const char *at = fmt;

	while ((at = strchr(at, '%'))) {
		if (at[1] == 'm')
			return at;
		at += at[1] == '%' ? 2 : 1;
	}
	return NULL;
}

/* No description of an error has a per cent sign in it. */
static const char *expand_errno(struct text *expanded, const char *fmt, int error)
{
	const char *rest = fmt;
	const char *at;

	while ((at = find_errno_directive(rest))) {
		text_put(expanded, (struct bytes){ rest, (size_t)(at - rest) });
		text_put_error(expanded, (unsigned)error);
		rest = at + 2;
	}
	text_put(expanded, (struct bytes){ rest, strlen(rest) + 1 });
	return expanded->size <= expanded->capacity ? expanded->data : fmt;
}

/* A format that printf refuses is the message itself: none is lost. */
static void put_printed(struct text *out, const char *fmt, const struct record_source *source)
{
	const size_t room = out->size < out->capacity ? out->capacity - out->size : 0;
	va_list ap;
	int size;

	va_copy(ap, *source->ap);
	errno = source->saved_errno;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* the callers' compilers have checked it */
	size = vsnprintf(room > 0 ? out->data + out->size : NULL, room, fmt, ap);
#pragma GCC diagnostic pop
	va_end(ap);
	if (size < 0)
		text_put_string(out, source->fmt);
	else
		out->size += (size_t)size;
}

static __attribute__((__noinline__)) void put_printed_errno(struct text *out,
							    const struct record_source *source)
{
	char buffer[EXPANDED_FORMAT_MAX];
	struct text expanded = { buffer, sizeof(buffer), 0 };

	put_printed(out, expand_errno(&expanded, source->fmt, source->saved_errno), source);
}

static __attribute__((__noinline__)) void put_printed_by_libc(struct text *out,
							      const struct record_source *source)
{
	if (find_errno_directive(source->fmt))
		put_printed_errno(out, source);
	else
		put_printed(out, source->fmt, source);
}

static void put_text(struct text *out, const struct record_source *source)
{
	const size_t begin = out->size;

	if (!source->fmt) {
		text_put(out, source->message);
	} else if (!text_put_format(out, source->fmt, *source->ap, source->saved_errno)) {
		out->size = begin;
		put_printed_by_libc(out, source);
	}
	if (source->error != 0) {
		text_put_literal(out, ": ");
		text_put_error(out, positive(source->error));
	}
}

/* Where the parts of MESSAGE are. */
struct message {
	size_t at;       /* the field */
	size_t value_at; /* prefix and text */
	size_t text_at;
	size_t end;
};

static struct message put_message_value(struct text *out, const struct record_source *source)
{
	struct message message = { .at = out->size };
	static const char no_size_yet[VALUE_SIZE_BYTES];

	text_put_literal(out, "MESSAGE\n");
	text_put(out, (struct bytes){ no_size_yet, sizeof(no_size_yet) });
	message.value_at = out->size;
	text_put(out, source->prefix);
	message.text_at = out->size;
	put_text(out, source);
	message.end = out->size;
	return message;
}

/* Again, less of it, and the size that it had. */
static __attribute__((__noinline__)) struct message
cut_message(struct text *out, const struct record_source *source, const struct message *whole)
{
	struct message message;

	out->size = whole->at;
	put_number(out, "MPLOG_TRUNCATED", whole->end - whole->value_at);
	message = put_message_value(out, source);
	message.end = RECORD_SIZE_MAX - 1;
	if (out->capacity >= RECORD_SIZE_MAX)
		message.end = bytes_cut_at_character((struct bytes){ out->data, out->size },
						     message.end - 1); /* behind it may be a NUL */
	if (message.text_at > message.end)
		message.text_at = message.end;
	out->size = message.end;
	return message;
}

static struct message put_message(struct text *out, const struct record_source *source)
{
	struct message message = put_message_value(out, source);
	uint64_t size;

	if (message.end >= RECORD_SIZE_MAX)
		message = cut_message(out, source, &message);
	text_put_char(out, '\n');
	if (out->size <= out->capacity) {
		size = htole64(message.end - message.value_at);
		memcpy(out->data + message.value_at - sizeof(size), &size, sizeof(size));
	}
	return message;
}

size_t record_compose(struct record *ret, char *buffer, size_t capacity,
		      const struct record_source *source)
{
	const char *const logger = site_member(source->site, logger);
	struct text out = { buffer, capacity, 0 };
	struct message message;

	text_put(&out, source->head);
	text_put_fields(&out, source);
	put_site(&out, source->site);
	put_numbers(&out, source);
	message = put_message(&out, source);
	if (out.size <= capacity)
		*ret = (struct record){
			.data = { buffer, out.size },
			.message_at = message.at,
			.text = { buffer + message.text_at, message.end - message.text_at },
			.logger = bytes_of(logger ? logger : "root"),
			.level = source->level,
		};
	return out.size;
}

size_t record_put_field(char *buffer, size_t capacity, struct bytes name, struct bytes value)
{
	struct text out = { buffer, capacity, 0 };

	put_field(&out, name, value);
	return out.size;
}
