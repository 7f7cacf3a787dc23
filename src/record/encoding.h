/* SPDX-License-Identifier: MIT */
/* encoding: fields as the journal takes them (https://systemd.io/JOURNAL_NATIVE_PROTOCOL/):
 * NAME=value\n, or NAME\n<64-bit little-endian size>value\n, which any value may take. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/strbuf.h"

/* journald refuses more from an unprivileged sender (ENTRY_SIZE_UNPRIV_MAX). */
#define RECORD_SIZE_MAX ((size_t)32 << 20)

/* One field of encoded bytes. */
struct encoded_field {
	struct bytes name;
	struct bytes value;
	struct bytes encoded; /* name and value, with what the encoding adds */
};

/* Reads the field at *cursor, and moves the cursor behind the field. Returns false at the end, and
 * where the bytes are not well-formed. */
bool encoding_next(struct bytes *cursor, struct encoded_field *ret);

/* Returns how many fields there are. */
size_t encoding_count(struct bytes fields);

/* Returns whether a field has that name. */
bool encoding_is_named(const struct encoded_field *field, struct bytes name);

/* Returns whether one of the fields has that name. */
bool encoding_has_field(struct bytes fields, const char *name);

/* Writes a field in the form with a size. */
void strbuf_put_binary_field(struct strbuf *out, struct bytes name, struct bytes value);

/* Writes a field in the form that its value needs. */
void strbuf_put_field(struct strbuf *out, struct bytes name, struct bytes value);

/* Writes one field as far as the buffer goes; returns the size of the whole field. */
size_t encoding_put(char *buffer, size_t capacity, struct bytes name, struct bytes value);

/* Writes FIELDS without those of that name, then the field with *VALUE unless VALUE is NULL, as far
 * as the buffer goes; returns the size of the whole. */
size_t encoding_replace_field(char *buffer, size_t capacity, struct bytes fields, struct bytes name,
			      const struct bytes *value);
