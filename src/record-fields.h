/* SPDX-License-Identifier: MIT */
/* record-fields: the fields of a call, and those of its scope that they leave standing. */
#pragma once

#include "text.h"

/* journald drops entries of more than 1,024 fields, in silence; the others are mplog's own. */
enum { RECORD_FIELDS_MAX = 1000 };

/* Returns out's new size. */
size_t text_put_merged_fields(struct text out, const struct record_source *source);

static inline void text_put_fields(struct text *out, const struct record_source *source)
{
	if (source->n_call_fields == 0)
		text_put(out, source->fields);
	else
		out->size = text_put_merged_fields(*out, source);
}

/* NAME\n<64-bit size>value\n, which any value may take; NAME=value\n for one without a newline. */
void text_put_binary_field(struct text *out, struct bytes name, struct bytes value);
void text_put_plain_field(struct text *out, struct bytes name, struct bytes value);
