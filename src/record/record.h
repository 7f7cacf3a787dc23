/* SPDX-License-Identifier: MIT */
/* record: one message with its fields, encoded as the journal takes it, in one buffer. Pure: no I/O,
 * no clock, no allocation. */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/strbuf.h"
#include "mplog.h"

/* Room on the stack that is enough for a usual record. All of a call is to take less than 8 KiB. */
enum { RECORD_STACK_SIZE = 1536 };

/* What a record is made of. */
struct record_source {
	struct bytes head; /* encoded: program, process, run; no field of a call replaces these */
	struct bytes
		fields; /* encoded: the rule's and the scope's; fields of a call replace these */
	struct bytes prefix; /* of MESSAGE */
	int level;
	int facility;                  /* syslog's number, 1 to 23; 0 or -1: none */
	int error;                     /* errno value, or 0 */
	pid_t tid;                     /* 0: none */
	uint64_t sequence;             /* 0: none */
	uint64_t suppressed;           /* calls that the limit of the site has held back; 0: none */
	const struct mplog_site *site; /* or NULL */
	const struct mplog_field *call_fields;
	size_t n_call_fields;
	const char *fmt; /* with ap; or NULL: the message is given */
	va_list *ap;
	struct bytes message;
	int saved_errno; /* what %m describes */
};

struct record {
	struct bytes data;  /* the whole record; MESSAGE is the last field */
	size_t message_at;  /* where MESSAGE begins in data */
	struct bytes text;  /* the message without prefix */
	const char *logger; /* "root" */
	int level;
	int facility;    /* as in record_source */
	int64_t time_ns; /* CLOCK_REALTIME, of a record that was kept in a black box; 0: now */
};

/* Writes the message's text, without prefix; returns the new size of out. */
size_t record_put_text(struct strbuf out, const struct record_source *source);

/* Writes the record into buffer as far as the buffer goes. Returns the size of the record, or
 * somewhat more where capacity is less: then *ret is not set, and the caller tries again with a
 * buffer of that size. A record has at most RECORD_SIZE_MAX: larger messages are cut, and the record
 * has MPLOG_TRUNCATED=size. */
size_t record_compose(struct record *ret, char *buffer, size_t capacity,
		      const struct record_source *source) __attribute__((__nonnull__));

/* Writes what an entry of a black box has of the record: the fields of the site, facility and errno, the
 * fields of scope and call, and at *ret_text_at the text. Of the source head, prefix, tid and sequence are
 * not read, nor message where there is a format. Returns the size of it all; more than capacity:
 * the rest was not written. */
size_t record_compose_entry(char *buffer, size_t capacity, const struct record_source *source,
			    size_t *ret_text_at) __attribute__((__nonnull__));
