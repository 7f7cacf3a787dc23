/* SPDX-License-Identifier: MIT */
/* gaps: what the journal holds of each process, and what mplog itself says of the rest. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <systemd/sd-id128.h>
#include <systemd/sd-journal.h>

#include "board.h"
#include "numbers.h"

/* How a process ended, as far as anybody said. */
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
	struct numbers told_of; /* where mplog says that some were lost or diverted */
	struct losses told;     /* as its own records say */

	/* From its parent's record or the board, once it is dead. */
	enum end end;
	uint64_t last;       /* the last number it gave; 0: unknown */
	uint64_t sent;       /* how many of them went where they should */
	struct losses final; /* all of them, also those that it did not live to tell of */
};

struct tally {
	void *tree;               /* of tsearch(3), by what makes it one process */
	struct counted **process; /* in the order of appearance */
	size_t n, room;
	uint64_t begins_us; /* the oldest entry of the whole journal */
};

/* Reads the journal from where it stands to its end. 0 or a negative errno. */
int gaps_read_journal(struct tally *tally, sd_journal *journal);

void gaps_free(struct tally *tally);

/* Finds out who may have logged before the oldest entry: once all that is known was added. */
void gaps_find_older(struct tally *tally);

/* How many numbers are missing, how many of these were under way when the process was killed, and
 * how many were neither that nor lost nor diverted, as far as anybody says. Those up to BEFORE are
 * not missing: the journal begins after them. */
struct verdict {
	uint64_t last, before, missing, in_flight, unknown;
	struct losses losses;
};
struct verdict gaps_judge(const struct counted *process);

/* The youngest process of a run that had that pid, or NULL. */
struct counted *tally_find(const struct tally *tally, const char *run_id, pid_t pid);

/* The one that had its pid before it, or NULL. */
struct counted *tally_find_before(const struct tally *tally, const struct counted *process);

/* The process of that key, made if there is none; NULL: no memory. */
struct counted *tally_get(struct tally *tally, const char *run_id, sd_id128_t boot_id, pid_t pid);

/* The first that it is called stays. */
void counted_name(struct counted *process, const char *name, const char *identifier);

/* The number went to another process of the same run. */
struct counted *tally_renew(struct tally *tally, const struct counted *before);

void gaps_print(const struct tally *tally);
void gaps_print_json(const struct tally *tally);
