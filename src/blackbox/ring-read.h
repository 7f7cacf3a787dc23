/* SPDX-License-Identifier: MIT */
/* ring-read: the entries of a ring, out of a copy of it. Each of them is checked: any process of the tree
 * may have written anything there. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/strbuf.h"
#include "blackbox/layout.h"

/* A copy of a ring's data, the oldest byte first; and the head of the ring as it was then. */
struct ring_copy {
	struct ring head;
	char *data;     /* of the caller: head.size bytes */
	size_t size;    /* of them that were written */
	uint64_t start; /* the position of data[0] */
};

struct ring_entry {
	uint64_t end; /* the position behind it */
	uint64_t number;
	int64_t time_ns;
	pid_t tid;
	const char *process; /* ends with a NUL */
	const char *parent;  /* likewise */
	int level;
	struct bytes prefix;
	struct bytes fields; /* encoded */
	struct bytes text;
};

/* Returns the size of the ring's data, or 0 where this is no ring of this version. */
size_t ring_data_size(const struct ring *ring);

/* Copies the ring, whose data has at most SIZE bytes, into copy->data, which has SIZE bytes. Returns false
 * where that is no ring any more. */
bool ring_copy_from(struct ring_copy *copy, const struct ring *ring, size_t size);

struct ring_cursor {
	const struct ring_copy *copy;
	size_t at;
	size_t budget; /* bytes that may be summed up yet */
};

/* Begins before the oldest entry, or ALL: before the oldest that was not dumped. */
struct ring_cursor ring_begin(const struct ring_copy *copy, bool all);

/* Returns the next entry, which points into the copy; false at the end. Bytes that are no entry are passed
 * over. */
bool ring_next(struct ring_cursor *cursor, struct ring_entry *ret);

/* What became of the entries since the last dump. */
struct ring_survey {
	uint64_t entries;     /* that are there */
	uint64_t overwritten; /* gave way to younger ones */
	uint64_t torn;        /* were not finished, or written over while they were */
	int64_t since_ns;     /* of the oldest; 0: none */
};

struct ring_survey ring_survey(const struct ring_copy *copy);
