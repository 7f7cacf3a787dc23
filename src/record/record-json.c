/* SPDX-License-Identifier: MIT */
#include "record/record-json.h"

#include "record/field-name.h"
#include "record/fields.h"
#include "record/json.h"

/* Puts ,"NAME":"NUMBER". */
#define put_number(text, name, number)                        \
	do {                                                  \
		strbuf_put_literal(text, ",\"" name "\":\""); \
		strbuf_put_number(text, number);              \
		strbuf_put_char(text, '"');                   \
	} while (0)

static void put_numbers(struct strbuf *text, const struct record_source *source)
{
	put_number(text, "PRIORITY", (unsigned)source->level);
	if (source->facility > 0)
		put_number(text, "SYSLOG_FACILITY", (unsigned)source->facility);
	if (source->tid > 0)
		put_number(text, "TID", (unsigned)source->tid);
	if (source->sequence > 0)
		put_number(text, "PROCESS_SEQ", source->sequence);
	if (source->error != 0)
		put_number(text, "ERRNO",
			   source->error < 0 ? -(unsigned)source->error : (unsigned)source->error);
	if (source->suppressed > 0)
		put_number(text, FIELD_NAME_SUPPRESSED, source->suppressed);
}

/* Puts a member where there is a value. */
static inline void put_string(struct strbuf *text, struct bytes name, const char *value)
{
	if (value)
		strbuf_put_json_member(text, name, (struct bytes){ NULL, 0 }, bytes_of(value));
}

/* Puts what the site's block has, from the members of the site: no need to find it there. */
static void put_site(struct strbuf *text, const struct mplog_site *site)
{
	put_string(text, bytes_of("LOGGER"), site->logger);
	put_string(text, bytes_of("CODE_FILE"), site->file);
	put_number(text, "CODE_LINE", site->line);
	if (site->func && site->func[0])
		put_string(text, bytes_of("CODE_FUNC"), site->func);
}

size_t record_put_json(struct strbuf out, const struct record_source *source)
{
	const struct call_fields call = { source->call_fields, source->n_call_fields };
	const struct mplog_site *const site = source->site;

	put_numbers(&out, source);
	put_site(&out, site);
	if (call.n == 0)
		strbuf_put_json_members(&out, source->fields);
	else
		out.size = strbuf_put_merged_json(out, source->fields, call);
	return out.size;
}
