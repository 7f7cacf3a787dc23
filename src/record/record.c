/* SPDX-License-Identifier: MIT */
#include "record/record.h"

#include <endian.h>

#include "base/compiler.h"
#include "base/utf8.h"
#include "record/encoding.h"
#include "record/field-name.h"
#include "record/fields.h"
#include "record/format.h"
#include "record/site.h"

/* What the parts of a record that is too large may take. */
enum {
	HEAD_MAX = RECORD_SIZE_MAX / 4, /* head and site */
	PREFIX_MAX = RECORD_SIZE_MAX / 4,
	TEXT_RESERVE = 1 << 16, /* what fields leave to a text that does not fit */
	TRUNCATED_MAX = 64,     /* MPLOG_TRUNCATED=size */
};

/* ---- The fields of mplog's own, but for MESSAGE ----------------------------------------------- */

#define SMALL_LABELS \
	"PRIORITY=7\nSYSLOG_FACILITY=\nTID=\nPROCESS_SEQ=\nERRNO=\nMPLOG_SUPPRESSED=\nCODE_FUNC=\n"

enum { SMALL_MAX = sizeof(SMALL_LABELS) + 5 * DECIMAL_DIGITS_MAX };

#define copy_literal(at, literal)     ((char *)mempcpy(at, "" literal, sizeof(literal) - 1))
#define copy_number(at, name, number) end_line(decimal_put(copy_literal(at, name "="), number))

static inline char *copy_bytes(char *at, struct bytes bytes)
{
	return LIKELY(bytes.size > 0) ? mempcpy(at, bytes.data, bytes.size) : at;
}

static inline char *end_line(char *at)
{
	*at = '\n';
	return at + 1;
}

static unsigned positive(int error)
{
	return error < 0 ? -(unsigned)error : (unsigned)error;
}

static inline ALWAYS_INLINE char *copy_numbers(char *at, const struct record_source *source,
					       bool is_entry)
{
	if (!is_entry) {
		at = copy_literal(at, "PRIORITY=");
		*at = (char)('0' + source->level);
		at = end_line(at + 1);
	}
	if (UNLIKELY(source->facility > 0))
		at = copy_number(at, "SYSLOG_FACILITY", (unsigned)source->facility);
	if (LIKELY(!is_entry && source->tid > 0))
		at = copy_number(at, "TID", (unsigned)source->tid);
	if (LIKELY(!is_entry && source->sequence > 0))
		at = copy_number(at, "PROCESS_SEQ", source->sequence);
	if (UNLIKELY(source->error != 0))
		at = copy_number(at, "ERRNO", positive(source->error));
	if (UNLIKELY(source->suppressed > 0))
		at = copy_number(at, FIELD_NAME_SUPPRESSED, source->suppressed);
	return at;
}

/* The room is checked once for all pieces, which costs less than once for each. Where there is none,
 * the most that the pieces may take is counted. */
static inline ALWAYS_INLINE void put_origin(struct strbuf *out, const struct record_source *source,
					    const struct mplog_site *site, bool is_entry)
{
	const struct bytes head = is_entry ? (struct bytes){ NULL, 0 } : source->head;
	const struct encoded_site encoded = site_encoded(site);
	const size_t most = head.size + encoded.block.size + encoded.func.size + SMALL_MAX;
	char *at = strbuf_begin(out, most);

	if (LIKELY(at)) {
		at = copy_numbers(copy_bytes(at, head), source, is_entry);
		if (LIKELY(encoded.is_usual))
			at = copy_bytes(at, encoded.block);
		if (LIKELY(encoded.is_usual && encoded.func.size > 0))
			at = end_line(copy_bytes(copy_literal(at, "CODE_FUNC="), encoded.func));
		strbuf_end(out, at);
	} else {
		out->size += most;
	}
	if (UNLIKELY(!encoded.is_usual))
		out->size = site_put_members(*out, site);
}

/* ---- The message ---------------------------------------------------------------------------- */

/* Writes what stands behind the text of the call. */
static COLD size_t put_suffix(struct strbuf out, const struct record_source *source)
{
	if (source->error != 0) {
		strbuf_put_literal(&out, ": ");
		strbuf_put_error(&out, positive(source->error));
	}
	if (source->suppressed > 0) {
		strbuf_put_literal(&out, " (");
		strbuf_put_number(&out, source->suppressed);
		strbuf_put_literal(&out, " suppressed)");
	}
	return out.size;
}

/* Writes the text of a format without the newlines at its end, which many programs put there. */
static inline void put_format(struct strbuf *out, const struct record_source *source)
{
	const size_t start = out->size;
	const char *const end = format_put(strbuf_begin(out, 0), out->data + out->capacity,
					   source->fmt, *source->ap, source->saved_errno);

	if (LIKELY(end))
		strbuf_end(out, end);
	else
		out->size = strbuf_put_printed(*out, source->fmt, *source->ap, source->saved_errno);
	/* A text that does not fit is only measured, or cut. */
	while (out->size > start && out->size <= out->capacity && out->data[out->size - 1] == '\n')
		out->size--;
}

static inline void put_text(struct strbuf *out, const struct record_source *source)
{
	if (source->fmt)
		put_format(out, source);
	else
		strbuf_put(out, source->message);
	if (UNLIKELY(source->error != 0 || source->suppressed > 0))
		out->size = put_suffix(*out, source);
}

size_t record_put_text(struct strbuf out, const struct record_source *source)
{
	put_text(&out, source);
	return out.size;
}

/* Where MESSAGE stands in the record. */
struct message {
	size_t at;       /* the field */
	size_t value_at; /* its value: prefix and text */
	size_t text_at;
	size_t end;
};

static inline struct message put_message_value(struct strbuf *out,
					       const struct record_source *source)
{
	static const char head[] = "MESSAGE\n\0\0\0\0\0\0\0"; /* with room for the size */
	struct message message = { .at = out->size };
	char *at = strbuf_begin(out, sizeof(head) + source->prefix.size);

	message.value_at = out->size + sizeof(head);
	message.text_at = message.value_at + source->prefix.size;
	if (LIKELY(at))
		(void)copy_bytes(mempcpy(at, head, sizeof(head)), source->prefix);
	out->size = message.text_at;
	put_text(out, source);
	message.end = out->size;
	return message;
}

/* ---- A record that is too large --------------------------------------------------------------- */

/* Returns the largest limit, by halves, with which the fields take no more than ROOM. */
static size_t limit_fields(const struct record_source *source, struct call_fields call, size_t room)
{
	const struct strbuf none = { NULL, 0, 0 };
	size_t limit = RECORD_SIZE_MAX;

	while (limit > 0 && strbuf_put_merged_fields(none, source->fields, call, limit) > room)
		limit /= 2;
	return limit;
}

/* Writes head and site, or without the site where that alone is too large. */
static size_t put_bounded_origin(struct strbuf out, const struct record_source *source,
				 const struct mplog_site *site)
{
	static const struct mplog_site no_site = { .size = sizeof(no_site) };
	const struct strbuf before = out;

	put_origin(&out, source, site, false);
	if (out.size <= HEAD_MAX)
		return out.size;
	out = before;
	put_origin(&out, source, &no_site, false);
	return out.size;
}

/* Writes the record again: without its largest fields, so that the message fits; or with the message
 * cut, where it does not fit even without fields. WHOLE: the message as it was. */
static COLD struct message put_shortened(struct strbuf out, struct record_source source,
					 const struct mplog_site *site, struct message whole)
{
	const struct call_fields call = { source.call_fields, source.n_call_fields };
	size_t reserve = whole.end - whole.at + 1;
	char digits[DECIMAL_DIGITS_MAX];
	struct message message;
	size_t room;

	if (source.prefix.size > PREFIX_MAX)
		source.prefix.size = PREFIX_MAX;
	out.size = put_bounded_origin(out, &source, site);
	room = RECORD_SIZE_MAX - out.size - TRUNCATED_MAX;
	if (reserve > room)
		reserve = source.prefix.size + TEXT_RESERVE;
	out.size = strbuf_put_merged_fields(out, source.fields, call,
					    limit_fields(&source, call, room - reserve));
	strbuf_put_literal(&out, "MPLOG_TRUNCATED=");
	/* Not strbuf_put_number(): no function that is called may see or change the buffer. */
	strbuf_put(&out, (struct bytes){ digits,
					 (size_t)(decimal_put(digits, whole.end - whole.value_at) -
						  digits) });
	strbuf_put_char(&out, '\n');
	message = put_message_value(&out, &source);
	if (message.end >= RECORD_SIZE_MAX) /* vsnprintf(3) may have put a NUL at the end */
		message.end = utf8_cut((struct bytes){ out.data, out.size }, RECORD_SIZE_MAX - 2);
	return message;
}

static inline void end_message(struct strbuf *out, struct message message)
{
	const uint64_t size = htole64(message.end - message.value_at);

	out->size = message.end;
	strbuf_put_char(out, '\n');
	if (out->size <= out->capacity)
		memcpy(out->data + message.value_at - sizeof(size), &size, sizeof(size));
}

size_t record_compose(struct record *ret, char *buffer, size_t capacity,
		      const struct record_source *source)
{
	const struct mplog_site *site = source->site;
	struct strbuf out = { buffer, capacity, 0 };
	struct mplog_site part;
	struct message message;

	if (!site || site_size(site) < sizeof(*site)) {
		part = site_known_part(site);
		site = &part;
	}
	put_origin(&out, source, site, false);
	strbuf_put_fields(&out, source->fields,
			  (struct call_fields){ source->call_fields, source->n_call_fields });
	message = put_message_value(&out, source);
	if (UNLIKELY(message.end >= RECORD_SIZE_MAX)) {
		if (capacity < RECORD_SIZE_MAX)
			return RECORD_SIZE_MAX;
		out = (struct strbuf){ buffer, RECORD_SIZE_MAX, 0 };
		message = put_shortened(out, *source, site, message);
	}
	end_message(&out, message);
	if (out.size <= capacity)
		*ret = (struct record){
			.data = { buffer, out.size },
			.message_at = message.at,
			.text = { buffer + message.text_at, message.end - message.text_at },
			.logger = site->logger ? site->logger : "root",
			.level = source->level,
			.facility = source->facility,
		};
	return out.size;
}

size_t record_compose_entry(char *buffer, size_t capacity, const struct record_source *source,
			    size_t *ret_text_at)
{
	const struct mplog_site *site = source->site;
	struct strbuf out = { buffer, capacity, 0 };
	struct mplog_site part;

	if (!site || site_size(site) < sizeof(*site)) {
		part = site_known_part(site);
		site = &part;
	}
	put_origin(&out, source, site, true);
	strbuf_put_fields(&out, source->fields,
			  (struct call_fields){ source->call_fields, source->n_call_fields });
	*ret_text_at = out.size;
	put_text(&out, source);
	return out.size;
}
