/* SPDX-License-Identifier: MIT */
/* escape: hostile bytes -> one line of text. Pure. */
#pragma once

#include "base/strbuf.h"

/* Writes control characters, those of bidirectional text and of Unicode's line ends among them, and
 * bytes that are not UTF-8 as \n \t \e \xNN, a backslash as \\: one line that can neither forge
 * another, nor drive a terminal, nor be shown in another order. */
void strbuf_put_escaped(struct strbuf *text, struct bytes bytes);

/* Writes the inside of a JSON string (RFC 8259): control characters as \n \uNNNN, and bytes that are not
 * UTF-8 as U+FFFD. */
void strbuf_put_json_characters(struct strbuf *text, struct bytes bytes);

/* Returns whether the inside of a JSON string takes the bytes as they are: printable ASCII. */
bool json_is_plain(struct bytes bytes);

/* Writes a PARAM-VALUE of RFC 5424: quote, backslash and bracket get a backslash; the bytes that
 * strbuf_put_escaped() escapes become \\xNN. */
void strbuf_put_sd_value(struct strbuf *text, struct bytes bytes);
