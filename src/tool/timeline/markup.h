/* SPDX-License-Identifier: MIT */
/* markup: hostile bytes as text in SVG, HTML and JSON. Pure. Control characters, those that turn the
 * direction of text, and bytes that are not UTF-8 are shown as on a terminal: \e, \xff. A newline stays
 * one. */
#pragma once

#include <stdio.h>

#include "base/strbuf.h"

/* Writes the text of an element, or the value of a quoted attribute, of XML and HTML. */
void strbuf_put_markup(struct strbuf *text, struct bytes bytes);

/* Writes the inside of a JSON string that may stand in a script of HTML: no tag begins or ends in it. */
void strbuf_put_script_json(struct strbuf *text, struct bytes bytes);

/* Print the same. */
void markup_print(FILE *file, struct bytes bytes);
void markup_puts(FILE *file, const char *text);
void markup_print_json(FILE *file, struct bytes bytes); /* with its quotes */
