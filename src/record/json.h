/* SPDX-License-Identifier: MIT */
/* json: fields as members of a JSON object. As in journalctl -o json, a value is a string, or an array
 * of its bytes where it is not text. Pure. */
#pragma once

#include "base/strbuf.h"

/* Puts ,"NAME":"PREFIX and VALUE". */
void strbuf_put_json_member(struct strbuf *text, struct bytes name, struct bytes prefix,
			    struct bytes value);

/* Puts a member for each encoded field. */
void strbuf_put_json_members(struct strbuf *text, struct bytes fields);
