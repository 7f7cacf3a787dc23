/* SPDX-License-Identifier: MIT */
/* status-text: the text on a slot in which a process shows its files, for mplog status: written and
 * read here. Pure.
 *
 * The first line has words about the process as a whole. Each further line is a file: path, time of
 * the version in force, state, error, with a tab between them. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/strbuf.h"

struct status_file {
	const char *path;
	int64_t mtime_s;   /* 0: there is none */
	const char *state; /* a word: "loaded" */
	const char *error; /* "": none */
};

void status_text_put_process(struct strbuf *text, bool is_single, bool is_frozen);
void status_text_put_file(struct strbuf *text, const struct status_file *file);

struct status_text {
	bool is_single; /* opened with MPLOG_SINGLE */
	bool is_frozen; /* the files are not reachable any more */
	char *rest;     /* the lines not read yet */
};

/* Both cut TEXT, of any origin, into pieces and return pointers into it. */
struct status_text status_text_begin(char *text);
bool status_text_next(struct status_text *status, struct status_file *ret);
