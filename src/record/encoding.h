/* SPDX-License-Identifier: MIT */
/* encoding: one field as the journal takes it. Pure.
 *
 * The encoding is that of https://systemd.io/JOURNAL_NATIVE_PROTOCOL/: NAME=value\n, or
 * NAME\n<64-bit little-endian size>value\n, which any value may take. */
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
	struct bytes encoded; /* both, as they stand */
};

/* Reads the field at *cursor, which moves behind it. False at the end, and where the bytes are not
 * well-formed. Begin with cursor = the encoded bytes. */
bool encoding_next(struct bytes *cursor, struct encoded_field *ret);

/* Returns whether a field has that name. */
bool encoding_is_named(const struct encoded_field *field, struct bytes name);

/* Write a field in the form with a size, in the other one, and in the one that its value needs. */
void strbuf_put_binary_field(struct strbuf *out, struct bytes name, struct bytes value);
void strbuf_put_plain_field(struct strbuf *out, struct bytes name, struct bytes value);
void strbuf_put_field(struct strbuf *out, struct bytes name, struct bytes value);

/* Writes one encoded field as far as it goes; returns the size it takes. */
size_t encoding_put(char *buffer, size_t capacity, struct bytes name, struct bytes value);

/* Writes FIELDS without those of that name, and the field with *VALUE behind them where VALUE is
 * not NULL, as far as it goes; returns the size it takes. */
size_t encoding_replace_field(char *buffer, size_t capacity, struct bytes fields, struct bytes name,
			      const struct bytes *value);
