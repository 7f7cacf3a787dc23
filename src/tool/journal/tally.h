/* SPDX-License-Identifier: MIT */
/* tally: the records of each process that the journal holds, and what notices and boards report of
 * the others. */
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
	/* These three identify a process. */
	char run_id[RUN_ID_SIZE];
	sd_id128_t boot_id;
	pid_t pid;

	size_t order;     /* of appearance */
	size_t run_order; /* order of the run's first process */
	bool run_begins;  /* of the run's first process: the run's first record is there */
	char identifier[IDENTIFIER_SIZE];
	char name[PROCESS_NAME_SIZE];

	/* Microseconds of CLOCK_REALTIME. */
	uint64_t booted_us; /* boot of its machine */
	uint64_t first_us;  /* its first record that is there */
	uint64_t since_us;  /* when the process began, by the board or its parent; 0: unknown */
	bool is_older; /* than the journal, whose deleted files may have had its first records */

	uint64_t records;       /* in the journal */
	uint64_t twice;         /* numbers that came again */
	struct numbers numbers; /* PROCESS_SEQ in the journal */
	struct numbers told_of; /* reported lost or diverted */
	struct losses told;     /* by its own notices */

	/* From its parent's notice or the board, once the process is dead. */
	enum end end;
	uint64_t last;       /* its last PROCESS_SEQ; 0: unknown */
	uint64_t sent;       /* how many records went where they should */
	struct losses final; /* all losses, also those that the process did not live to report */
};

struct tally {
	void *tree;               /* of tsearch(3), by run, boot and pid */
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

/* Adds a process that got the same pid within the same run. */
struct counted *tally_renew(struct tally *tally, const struct counted *before);

/* Names a process that has no name yet. */
void counted_name(struct counted *process, const char *name, const char *identifier);

void tally_free(struct tally *tally);
