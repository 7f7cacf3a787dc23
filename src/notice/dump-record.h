/* SPDX-License-Identifier: MIT */
/* dump-record: a record made of an entry of a ring. Pure. */
#pragma once

#include <sys/types.h>

#include "blackbox/ring-read.h"
#include "record/record.h"

enum { DUMP_LOGGER_SIZE = 64 };

/* The writer of the entry. The ring may have any bytes there: these are valid ones. */
struct dump_writer {
	pid_t pid;
	char identifier[IDENTIFIER_SIZE];
	char run_id[RUN_ID_SIZE]; /* "": none */
	char process[PROCESS_NAME_SIZE];
	char parent[PROCESS_NAME_SIZE]; /* "": none */
	char logger[DUMP_LOGGER_SIZE];
};

/* Reads what the ring says of all its entries, and what the entry says of itself. */
void dump_writer_init(struct dump_writer *writer, const struct ring *ring);
void dump_writer_read(struct dump_writer *writer, const struct ring_entry *entry);

/* Writes the fields that all records of that writer begin with. */
void strbuf_put_dump_head(struct strbuf *out, const struct dump_writer *writer);

/* Makes the record that the entry would have been, with MPLOG_BLACKBOX, MPLOG_TIME and MPLOG_PID, as
 * record_compose() makes one. Fields that no program can give a record are left out. */
size_t dump_compose(struct record *ret, char *buffer, size_t capacity, struct dump_writer *writer,
		    const struct ring_entry *entry);
