/* SPDX-License-Identifier: MIT */
/* tally: the records of each process that the journal holds, and what notices and boards report of the
 * others. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <systemd/sd-id128.h>

#include "base/name.h"
#include "base/strbuf.h"
#include "tool/journal/numbers.h"

/* Of a record that journald knows no sender of. It is no user, and has no one's rights. */
#define UID_UNKNOWN ((uid_t)-1)

/* How a process ended, as far as is known. */
enum end { END_UNKNOWN, END_ITSELF, END_KILLED };

struct losses {
	uint64_t lost, diverted, suppressed;
};

struct run {
	char id[RUN_ID_SIZE];
	size_t order; /* of appearance */
	uid_t uid;    /* of its first process */
	bool begins;  /* its first record is there */
};

/* The last figures of a process that has ended. */
struct figures {
	enum end end;
	int status;    /* exit status, or signal */
	uint64_t last; /* its last PROCESS_SEQ; 0: none or unknown */
	uint64_t sent; /* how many records went where they should */
	struct losses losses;
};

struct counted {
	/* These three identify a process, but for one that got the pid of another. */
	struct run *run;
	sd_id128_t boot_id;
	pid_t pid; /* as journald sees it */

	pid_t tid; /* of its first record; in most programs the pid that it sees itself */
	uid_t uid, first_uid;          /* a process of root may have become another user's */
	size_t order;                  /* of appearance */
	struct bytes identifier, name; /* any bytes, to be given to free(3) */

	/* Microseconds of CLOCK_REALTIME. */
	uint64_t booted_us;         /* boot of its machine */
	uint64_t first_us, last_us; /* its first and last record that are there */
	uint64_t since_us; /* when the process began, by the board or its parent; 0: unknown */
	uint64_t until_us; /* when it ended, by its parent; 0: unknown */
	bool is_older; /* than the journal, whose deleted files may have had its first records */

	uint64_t records;          /* in the journal */
	uint64_t twice;            /* numbers that came again */
	struct numbers numbers;    /* PROCESS_SEQ in the journal */
	struct numbers told_of;    /* reported lost or diverted */
	struct losses told;        /* by its own notices */
	struct losses told_before; /* by those before the first entry that is counted */
	int worst;                 /* level of these, + 1; 0: unknown */

	bool has_ended;         /* its parent's notice stands before the record at hand */
	bool is_reported;       /* its parent's notice or the board has its figures */
	struct figures figures; /* all losses, also those that the process did not live to report */
};

struct tally {
	void *runs;               /* of tsearch(3), by id */
	void *processes;          /* of tsearch(3), by run, boot and pid: the youngest of each */
	void *names;              /* of tsearch(3), by run, boot and name: the youngest of each */
	struct counted **process; /* in the order of appearance */
	size_t n, room, n_runs;
	uint64_t begins_us; /* the oldest entry of the journal that is counted */
};

/* Returns the run of that id, or NULL. */
struct run *tally_find_run(const struct tally *tally, const char *id);

/* Returns the run, made if there is none: of the user UID then. */
struct run *tally_get_run(struct tally *tally, const char *id, uid_t uid);

/* Returns the process with that pid, or NULL. */
struct counted *tally_find(const struct tally *tally, const struct run *run, sd_id128_t boot_id,
			   pid_t pid);

/* Returns the youngest process of that name, or NULL. */
struct counted *tally_find_named(const struct tally *tally, const struct run *run,
				 sd_id128_t boot_id, struct bytes name);

/* Gives the process its name, of which it has none yet. */
void tally_name(struct tally *tally, struct counted *process, struct bytes name);

/* Returns the process with that pid, made if there is none or if the one there is another user's. */
struct counted *tally_get(struct tally *tally, struct run *run, sd_id128_t boot_id, pid_t pid,
			  uid_t uid);

/* Adds a process that got the same pid within the same run. */
struct counted *tally_renew(struct tally *tally, const struct counted *before);

/* Returns a copy, whose data is to be given to free(3). */
struct bytes tally_copy(struct bytes bytes);

/* Returns whether a user may report what became of the process. */
static inline bool counted_trusts(const struct counted *process, uid_t uid)
{
	return uid == 0 || uid == process->uid || uid == process->first_uid;
}

void tally_free(struct tally *tally);
