/* SPDX-License-Identifier: MIT */
/* stderr-format: a record as one line of standard error, with its newline. Pure. */
#pragma once

#include <time.h>

#include "base/strbuf.h"
#include "sink/sink.h"

/* 2026-11-22 09:25:11,280 DEBUG ingestd 4875 root process=1 Running process: 1 ... */
void strbuf_put_line(struct strbuf *text, const struct delivery *delivery,
		     const struct timespec *when, bool color);

/* Puts an object with all fields of the record; __REALTIME_TIMESTAMP is in microseconds. */
void strbuf_put_json_line(struct strbuf *text, const struct delivery *delivery,
			  const struct timespec *when);

/* Make the line_head and line_prefix of an output. HEAD: the encoded head of its records. The second
 * returns false where no line is to be put straight from a source: the prefix is no text. */
void strbuf_put_line_head(struct strbuf *text, const struct output *output, struct bytes head);
bool strbuf_put_line_prefix(struct strbuf *text, const struct output *output);

/* Puts the line, in the output's style without colours, straight from the source of a record. Returns
 * false where that does not fit, or is not usual: the line is then to be made from the record. */
bool strbuf_put_source(struct strbuf *text, const struct record_source *source,
		       const struct output *output, const struct timespec *when);
