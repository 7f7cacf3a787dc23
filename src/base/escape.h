/* SPDX-License-Identifier: MIT */
/* escape: hostile bytes -> one line of text. Pure. */
#pragma once

#include "base/strbuf.h"

/* Writes control characters and bytes that are not UTF-8 as \n \t \e \xNN, a backslash as \\: one line
 * that can neither forge another nor drive a terminal. */
void strbuf_put_escaped(struct strbuf *text, struct bytes bytes);

/* Writes the inside of a JSON string (RFC 8259); bytes that are not UTF-8 become U+FFFD. */
void strbuf_put_json_characters(struct strbuf *text, struct bytes bytes);

/* Writes a PARAM-VALUE of RFC 5424: quote, backslash and bracket get a backslash; the bytes that
 * strbuf_put_escaped() escapes become \\xNN. */
void strbuf_put_sd_value(struct strbuf *text, struct bytes bytes);
