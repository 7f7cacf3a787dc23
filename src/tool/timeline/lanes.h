/* SPDX-License-Identifier: MIT */
/* lanes: what a timeline shows beside the records themselves: a lane for each process and each scope,
 * and what happened to them. Memory is bounded by the number of lanes. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mplog.h"
#include "tool/journal/tally.h"

enum {
	LANES_MAX = 1000, /* what comes later is counted, and left out */
	NOTES_MAX = 64,   /* of one lane, and its end; the last one stands for what comes later */
	LEVEL_UNKNOWN = MPLOG_DEBUG + 1,
	LEVEL_COUNT = LEVEL_UNKNOWN + 1,
	NOTE_TEXT_MAX = 400,
};

enum note_kind {
	NOTE_GAP,        /* numbers that no record in the journal has */
	NOTE_LOSS,       /* records that were reported lost or diverted */
	NOTE_SUPPRESSED, /* records over the rate limit */
	NOTE_DUMP,       /* what a black box held */
	NOTE_LEVEL,      /* an operator changed the level */
	NOTE_END,        /* the process died badly */
	NOTE_KINDS
};

struct note {
	enum note_kind kind;
	uint64_t from_us, to_us;
	size_t n;          /* records of a dump */
	size_t more;       /* notes that this one stands for, besides itself */
	struct bytes text; /* any bytes, to be given to free(3) */
};

struct lane {
	struct counted *process;
	struct bytes name, parent_name; /* any bytes, to be given to free(3) */
	size_t order;                   /* of appearance */
	bool is_scope;
	uint64_t first_us, last_us; /* of its records; 0: none */
	uint64_t begin_us, end_us;  /* of its bar */
	uint64_t count[LEVEL_COUNT];
	uint64_t records;
	struct note *note;
	size_t n_notes, notes_room;
	bool is_dumping; /* the last note is a dump that may go on */
	struct lane *parent;
	unsigned depth;
	size_t row;
};

struct lanes {
	struct lane *
		*lane; /* in the order of appearance; after tree_arrange() in that of the tree */
	size_t n, room;
	void *tree;           /* of tsearch(3), by process and name */
	struct lane **by_pid; /* sorted for lanes_find() */
	bool is_full;         /* lanes are left out */
};

/* Returns the lane of that process and name, made if there is none; NULL where there are too many. */
struct lane *lanes_get(struct lanes *lanes, struct counted *process, struct bytes name);

/* Sees a moment of a lane's life. */
void lane_extend(struct lane *lane, uint64_t when_us);

/* Adds a note. */
struct note *lane_note(struct lane *lane, enum note_kind kind, uint64_t from_us, uint64_t to_us,
		       struct bytes text);
__attribute__((format(printf, 5, 6))) void lane_notef(struct lane *lane, enum note_kind kind,
						      uint64_t from_us, uint64_t to_us,
						      const char *fmt, ...);

/* Adds a record of a black box. A dump ends with the next record that is none. */
void lane_note_dumped(struct lane *lane, uint64_t when_us);

/* What a record is found by. */
struct lane_key {
	const struct run *run;
	sd_id128_t boot_id;
	pid_t pid;
	struct bytes name;
	uint64_t when_us; /* when journald took it */
};

/* Prepares lanes_find(), once all lanes are there. */
void lanes_index(struct lanes *lanes);

/* Returns the lane of a record, or NULL: it is none of the lanes. */
struct lane *lanes_find(const struct lanes *lanes, const struct lane_key *key);

void lanes_free(struct lanes *lanes);
