/* SPDX-License-Identifier: MIT */
/* fields: the fields of a call, and those of its scope that the call does not replace. Pure. */
#pragma once

#include "base/strbuf.h"
#include "mplog.h"

/* journald drops entries of more than 1,024 fields, in silence; 24 are left to mplog's own. */
enum { RECORD_FIELDS_MAX = 1000 };

/* The fields of one call. */
struct call_fields {
	const struct mplog_field *field;
	size_t n;
};

/* The largest size that an object can have: one over that is a mistake. */
#define FIELD_SIZE_ANY ((size_t)PTRDIFF_MAX)

/* Does the work of strbuf_put_fields(), and leaves out fields that take more than LIMIT bytes:
 * MPLOG_BAD_FIELD names the first. Returns the new size of out. */
size_t strbuf_put_merged_fields(struct strbuf out, struct bytes scope_fields,
				struct call_fields call, size_t limit);

/* Likewise, each field as a member of a JSON object, whatever its size. */
size_t strbuf_put_merged_json(struct strbuf out, struct bytes scope_fields,
			      struct call_fields call);

/* Writes the scope's encoded fields without those that the call has too, then the call's. */
static inline void strbuf_put_fields(struct strbuf *out, struct bytes scope_fields,
				     struct call_fields call)
{
	if (call.n == 0)
		strbuf_put(out, scope_fields);
	else
		out->size = strbuf_put_merged_fields(*out, scope_fields, call, FIELD_SIZE_ANY);
}
