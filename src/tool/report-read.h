/* SPDX-License-Identifier: MIT */
/* report-read: what a process says on the board of the files that it reads. Pure.
 *
 * Its first line has words about the process as a whole, each further line is a file: path, time of
 * the version in force, state, error, with a tab between them. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct report {
	bool is_single; /* opened with MPLOG_SINGLE */
	bool is_frozen; /* the files are out of its sight */
	char *rest;     /* the lines not read yet */
};

struct report_file {
	const char *path;
	int64_t mtime_s; /* 0: there is none */
	const char *state;
	const char *error; /* "" : none */
};

/* Both cut TEXT into pieces and return pointers into it. */
struct report report_begin(char *text);
bool report_next(struct report *report, struct report_file *ret);
