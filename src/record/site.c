/* SPDX-License-Identifier: MIT */
#include "record/site.h"

#include <string.h>

#include "record/encoding.h"

struct encoded_site site_measure(const struct mplog_site *site)
{
	const struct bytes block = bytes_of(site->block ? site->block : "");
	const struct bytes func = bytes_of(site->func ? site->func : "");

	return (struct encoded_site){
		.block = block,
		.func = func,
		.is_usual = block.size > 0 && block.data[block.size - 1] == '\n' &&
			    !memchr(func.data, '\n', func.size),
	};
}

bool site_is_usual(const struct mplog_site *site)
{
	return site && site_size(site) >= sizeof(*site) && site_encoded(site).is_usual;
}

/* A program that was built with an earlier version passes fewer members. */
#define site_member(site, member)                                                                  \
	((site) && site_size(site) >= offsetof(struct mplog_site, member) + sizeof((site)->member) \
		 ? (site)->member                                                                  \
		 : 0)

struct mplog_site site_known_part(const struct mplog_site *site)
{
	return (struct mplog_site){
		.file = site_member(site, file),
		.func = site_member(site, func),
		.logger = site ? site_member(site, logger) : "root",
		.block = site_member(site, block),
		.line = site_member(site, line),
	};
}

#define put_constant(out, name, value) \
	strbuf_put_field(out, (struct bytes){ name, sizeof(name) - 1 }, bytes_of(value))

size_t site_put_members(struct strbuf out, const struct mplog_site *site)
{
	if (site->logger)
		put_constant(&out, "LOGGER", site->logger);
	if (site->file)
		put_constant(&out, "CODE_FILE", site->file);
	if (site->file && site->line > 0) {
		strbuf_put_literal(&out, "CODE_LINE=");
		strbuf_put_number(&out, site->line);
		strbuf_put_char(&out, '\n');
	}
	if (site->func)
		put_constant(&out, "CODE_FUNC", site->func);
	return out.size;
}
