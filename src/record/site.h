/* SPDX-License-Identifier: MIT */
/* site: where a call stands, as the macros of mplog.h pass it, and as a binding to another language or a
 * program that was built with an earlier version does. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/strbuf.h"
#include "mplog.h"

/* Returns the size of the site as the program has it: without the bits that MPLOG_SITE_SIZE_ adds. */
static inline size_t site_size(const struct mplog_site *site)
{
	return SIZE_MAX > UINT32_MAX ? site->size & 0xffff : site->size;
}

/* What the compiler has encoded. */
struct encoded_site {
	struct bytes block; /* LOGGER, CODE_FILE and CODE_LINE */
	struct bytes func;
	bool is_usual; /* the site is as the macros make it; if not, its members count */
};

/* Of a site whose sizes are not known. */
COLD struct encoded_site site_measure(const struct mplog_site *site);

/* The site has all members. MPLOG_SITE_SIZE_ has the sizes of what the compiler made itself. */
static inline struct encoded_site site_encoded(const struct mplog_site *site)
{
	const size_t block_size = (uint64_t)site->size >> 32;

	if (LIKELY(site->block && block_size > 0))
		return (struct encoded_site){
			.block = { site->block, block_size },
			.func = { site->func, site->size >> 16 & 0xffff },
			.is_usual = true,
		};
	return site_measure(site);
}

/* Returns whether the site is as the macros of this version make it. Of another one, or of none, the
 * fields are encoded with the record. */
bool site_is_usual(const struct mplog_site *site);

/* Returns the members that the program's version of the site has, and 0 for the others. SITE may be NULL. */
COLD struct mplog_site site_known_part(const struct mplog_site *site);

/* Writes the fields of a site that is not usual. Returns the new size of out. */
COLD size_t site_put_members(struct strbuf out, const struct mplog_site *site);
