/* SPDX-License-Identifier: MIT */
/* lines: a stream of bytes -> records. Pure: no I/O, no clock.
 *
 * A record is a line, with the lines that continue it: indented ones, and those that an expression
 * matches. <N> at the start of a line is its level (sd-daemon(3)). No byte is lost, be it a NUL, the
 * last line without a newline, or the millionth of a line; but for what a terminal would have overwritten,
 * where that is wanted. Lines that do not pass are not looked at one by one. */
#pragma once

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/strbuf.h"

enum {
	/* A longer line becomes several records, a longer group of lines likewise. */
	LINES_LINE_MAX = 16 << 20,
	LINES_JOINED_MAX = 64 << 10,
};

struct lines_options {
	int level;           /* of lines without <N> */
	bool joins;          /* indented lines continue the one before */
	const regex_t *join; /* and those that match it; or NULL */
	bool overwrites;     /* a carriage return begins the line anew, as on a terminal */
	bool (*passes)(int level);
	void (*emit)(int level, struct bytes text, void *userdata);
	/* Returns whether the line, of that level if it says no other, is a record of another form; then
	 * emit_parsed() is called. Given lines that begin with a brace. NULL: no other form. */
	bool (*parse)(struct bytes text, int level, void *userdata);
	void (*emit_parsed)(void *userdata);
	void *userdata;
};

struct lines {
	struct lines_options options;
	char *data;
	size_t capacity;

	size_t start; /* the text of the open record is from here to stop */
	size_t stop;
	size_t line;    /* where the unfinished line begins */
	size_t scanned; /* up to where no newline was found in it */
	size_t end;

	int level;     /* of the last record */
	bool seen;     /* there was a record */
	bool open;     /* the record may still be continued */
	bool joined;   /* the record has been continued */
	bool dropping; /* the record did not pass, nor do lines that continue it */
	bool skipping; /* in the middle of a line that did not pass */
	bool split;    /* in the middle of a line that was too long */
};

/* Begins a stream. Returns 0 or -ENOMEM. */
int lines_init(struct lines *lines, const struct lines_options *options);
void lines_free(struct lines *lines);

/* Returns where to read to: *ret_size bytes, never none. */
char *lines_room(struct lines *lines, size_t *ret_size);
/* Takes SIZE bytes that were read there. */
void lines_feed(struct lines *lines, size_t size);

/* Returns whether a record is held back because it could be continued. */
bool lines_waits(const struct lines *lines);
/* Returns whether more lines are expected: the record was continued, or there is an expression. */
bool lines_expects(const struct lines *lines);
/* Ends the record that is held back. */
void lines_settle(struct lines *lines);
/* Ends the stream. */
void lines_finish(struct lines *lines);
