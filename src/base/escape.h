/* SPDX-License-Identifier: MIT */
/* escape: hostile bytes -> one line of text. Pure. */
#pragma once

#include "base/strbuf.h"

/* Control characters, DEL, C1, and what is not valid UTF-8 become \n \t \e \xNN, a backslash \\:
 * one line that neither forges another nor drives a terminal. */
void strbuf_put_escaped(struct strbuf *text, struct bytes bytes);

/* What stands between the quotes of a JSON string (RFC 8259); bytes that are not valid UTF-8 are
 * written as the replacement character U+FFFD. */
void strbuf_put_json_characters(struct strbuf *text, struct bytes bytes);

/* The value of a PARAM-VALUE of RFC 5424: quote, backslash and bracket get a backslash, bytes as
 * in strbuf_put_escaped() become \\xNN. */
void strbuf_put_sd_value(struct strbuf *text, struct bytes bytes);
