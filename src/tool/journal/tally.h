/* SPDX-License-Identifier: MIT */
/* tally: what the journal holds of each process, and what mplog itself says of the rest. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <systemd/sd-id128.h>

#include "board/board.h"
#include "tool/journal/numbers.h"

/* How a process ended, as far as is known. */
enum end { END_UNKNOWN, END_ITSELF, END_KILLED };

struct losses {
	uint64_t lost, diverted, suppressed;
};

struct counted {
	/* What makes it one process. */
	char run_id[RUN_ID_SIZE];
	sd_id128_t boot_id;
	pid_t pid;

	size_t order;     /* of appearance */
	size_t run_order; /* that of the run's first process */
	bool run_begins;  /* of that first process: the run's first record is there */
	char identifier[IDENTIFIER_SIZE];
	char name[PROCESS_NAME_SIZE];

	/* Microseconds of CLOCK_REALTIME. */
	uint64_t booted_us; /* its machine */
	uint64_t first_us;  /* its first record that is there */
	uint64_t since_us;  /* when it began, as the board or its parent says; 0: unknown */
	bool is_older;      /* than the journal: its first records may have been there */

	uint64_t records;       /* in the journal */
	uint64_t twice;         /* numbers that came again */
	struct numbers numbers; /* PROCESS_SEQ in the journal */
	struct numbers told_of; /* reported lost or diverted */
	struct losses told;     /* as its own records say */

	/* From its parent's record or the board, once it is dead. */
	enum end end;
	uint64_t last;       /* the last number it gave; 0: unknown */
	uint64_t sent;       /* how many of them went where they should */
	struct losses final; /* all of them, also those that it did not live to report */
};

struct tally {
	void *tree;               /* of tsearch(3), by what makes it one process */
	struct counted **process; /* in the order of appearance */
	size_t n, room;
	uint64_t begins_us; /* the oldest entry of the whole journal */
};

/* Returns the youngest process of a run that had that pid, or NULL. */
struct counted *tally_find(const struct tally *tally, const char *run_id, pid_t pid);

/* Returns the process that had the same pid before, or NULL. */
struct counted *tally_find_before(const struct tally *tally, const struct counted *process);

/* Returns the process of that key, made if there is none. */
struct counted *tally_get(struct tally *tally, const char *run_id, sd_id128_t boot_id, pid_t pid);

/* Makes a process to which the pid went within the same run. */
struct counted *tally_renew(struct tally *tally, const struct counted *before);

/* Names the process: the first names stay. */
void counted_name(struct counted *process, const char *name, const char *identifier);

void tally_free(struct tally *tally);
