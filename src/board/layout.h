/* SPDX-License-Identifier: MIT */
/* layout: the memory that the processes of a fork tree share: a slot for each process and live
 * scope, with its level and counters. mplog(1) refuses a board of another version of the layout.
 *
 * Every word that two processes may write is atomic, and every claim carries the pid of its owner,
 * so that a process killed at any instruction leaves the board usable. Any process of the tree may
 * write there, and any file may look like a board: a value is brought into its bounds where it is
 * loaded, and a text is copied before it is used. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/name.h"

#define BOARD_FILE_NAME "mplog-board"
#define BOARD_MAGIC     UINT64_C(0x6d706c6f67626f61) /* "mplogboa" */

enum {
	BOARD_VERSION = 4,
	BOARD_SLOTS = 4096,
	BOARD_DEAD_KEPT = 512, /* slots of dead processes before one without losses is reused */
	BOARD_OVERRIDES = 32,
	BOARD_TOTALS = 128,
	BOARD_ONCE = 64, /* of each kind */
	BOARD_CLAIM_BLOCKS = 4096,
	BOARD_CLAIMS = 30, /* numbers a block; with its link it has 128 bytes */
};

/* What is told once a run. Each kind has a table of its own: none crowds out another one. */
enum once_kind {
	ONCE_MISTAKE, /* of a configuration */
	ONCE_NAME,    /* that was changed to a valid one */
	ONCE_RELOAD,
	ONCE_TROUBLE, /* a sink failed, the board is full */
	ONCE_COUNT
};

/* The counters of struct mplog_stats, in its order. */
enum counter {
	COUNTER_CALLED,
	COUNTER_SENT,
	COUNTER_DIVERTED,
	COUNTER_LOST,
	COUNTER_SUPPRESSED,
	COUNTER_COUNT
};

/* A counter or sequence that goes on in another slot of its process has this bit; the number below is
 * final. */
#define FIGURE_MOVED (UINT64_C(1) << 63)

/* A slot's state and owner in one word: pid << 32 | generation << 8 | other_pidns << 7 | phase. The
 * generation goes up with each owner and with each scope. */
enum slot_phase {
	SLOT_FREE,
	SLOT_TAKEN, /* being filled by its owner, or parked */
	SLOT_PROCESS,
	SLOT_SCOPE,
	SLOT_ENDED,   /* the process has ended by itself: its figures are final */
	SLOT_REPORTED /* the process has ended, and a record has reported its figures */
};

/* The pid is of another pid namespace than the board's creator: whether it lives is not to be known. */
enum { SLOT_OTHER_PIDNS = 0x80, SLOT_GENERATION = 0xffffff };

enum level_by { LEVEL_BY_DEFAULT, LEVEL_BY_CONFIGURATION, LEVEL_BY_ENVIRONMENT, LEVEL_BY_PROGRAM };

/* A level set by an operator, from the lowest bits on:
 *   4   level + 2; 0: none; OVERRIDE_RESET: as configured (in the table of overrides alone)
 *   18  on a slot, its generation: of a slot that has changed hands every word is another one
 *   42  the end in milliseconds of CLOCK_MONOTONIC; 0: none, as long as the program runs */
typedef uint64_t override_word;

#define OVERRIDE_RESET     ((override_word)15)
#define OVERRIDE_LEVEL     ((override_word)15)
#define OVERRIDE_UNTIL_MAX ((UINT64_C(1) << 42) - 1) /* 139 years: still a number in nanoseconds */

enum blackbox_state { BLACKBOX_NONE, BLACKBOX_KEPT }; /* of a process's ring: blackbox/layout.h */

enum reload_result {
	RELOAD_PENDING,
	RELOAD_UNCHANGED,
	RELOAD_DONE,
	RELOAD_KEPT,
	RELOAD_FROZEN,
	RELOAD_DEFERRED /* a file is being written: the gate is open until it was read whole */
};

enum { SLOT_SIZE = 2048, SLOT_ORIGIN_SIZE = 256, SLOT_REPORT_SIZE = 1480 };

struct slot {
	/* The gate that the macros read: the level in force, or a looser one. Not _Atomic, but
	 * accessed with __atomic_load_n() and __atomic_store_n(): C++ programs read it too. */
	int gate;
	/* What configuration, environment and program say, and which of them decided. See slot.h. */
	_Atomic int level;
	_Atomic int level_by;
	_Atomic int end_status; /* once its parent knows: status of waitpid(2) + 1; 0: unknown */
	_Atomic int blackbox_level; /* of the black box + 1; 0: none */
	_Atomic int blackbox_state; /* enum blackbox_state */
	_Atomic override_word override;
	_Atomic uint32_t override_uid;
	/* mplog reload sets reload_requested to board.reload_generation; the process has read its files
	 * once reload_completed is the same number. Until then the gate is open. */
	_Atomic uint32_t reload_requested;
	_Atomic uint32_t reload_completed;
	_Atomic int reload_result;

	_Atomic uint64_t counter[COUNTER_COUNT];
	_Atomic uint64_t sequence;      /* the last PROCESS_SEQ given */
	_Atomic int64_t last_record_ns; /* CLOCK_REALTIME; 0: none yet */
	_Atomic int sink;               /* enum sink_id of the last record; -1: none */
	_Atomic int sink_error;         /* why it was not the primary sink: errno, or 0 */

	/* Rate limit: when the bucket is full again (CLOCK_MONOTONIC), and what is not reported yet. */
	_Atomic int64_t bucket_full_ns;
	_Atomic uint64_t suppressed_pending;
	_Atomic int64_t suppressed_since_ns; /* CLOCK_REALTIME */

	/* Written by the owner before the slot becomes visible; the name also by a renaming. */
	_Atomic uint32_t tid;   /* of a scope's thread; 0: the process's own */
	_Atomic int32_t parent; /* slot of the process or scope before this one; -1: none */
	_Atomic uint32_t parent_pid;
	_Atomic uint32_t number;  /* %c; 0: none */
	_Atomic uint32_t forks;   /* children counted for %C */
	_Atomic uint32_t claims;  /* first claim block of its children's numbers + 1; 0: none */
	_Atomic int64_t since_ns; /* CLOCK_REALTIME: taken */
	_Atomic int64_t since_boot_ms; /* CLOCK_BOOTTIME, to tell a pid's second life */

	/* The texts: see slot.h. The sequence is odd while one of them is written. */
	_Atomic uint32_t text_sequence;
	char name[PROCESS_NAME_SIZE];
	char parent_name[PROCESS_NAME_SIZE];
	char origin[SLOT_ORIGIN_SIZE]; /* what decided the level: "/etc/mplog.conf:12" */
	char report[SLOT_REPORT_SIZE]; /* files: see status-text.h */
};

_Static_assert(sizeof(struct slot) == SLOT_SIZE, "the layout is versioned");

/* One level of the table of overrides: see override.h. */
struct override_rule {
	_Atomic override_word override;
	_Atomic uint32_t uid;
	_Atomic uint32_t pid; /* 0: every process and scope of that name */
	_Atomic int64_t
		since_boot_ms; /* CLOCK_BOOTTIME: set. A process born later only has the pid */
	char name[PROCESS_NAME_SIZE];
};

/* The figures of dead processes whose slots were reused, by name. */
struct total {
	_Atomic uint32_t taken; /* 0: free, 1: the name is being written, 2: there */
	_Atomic uint32_t processes;
	_Atomic uint64_t counter[COUNTER_COUNT];
	char name[PROCESS_NAME_SIZE];
};

/* Numbers of children: see child-number.c. */
struct claim_block {
	_Atomic uint32_t holder[BOARD_CLAIMS]; /* pid, and one bit */
	_Atomic uint32_t next;                 /* block + 1; 0: none */
	uint32_t unused;
};

struct board {
	uint64_t magic;
	uint32_t version;
	uint32_t size;
	uint32_t slot_size;
	uint32_t n_slots;
	char run_id[RUN_ID_SIZE];
	char identifier[IDENTIFIER_SIZE];
	int64_t since_ns; /* CLOCK_REALTIME */

	_Atomic uint32_t used;         /* slots that were ever taken, or more: see board_used() */
	_Atomic uint32_t reuse_cursor; /* where the search for the slot of a dead process goes on */
	_Atomic uint32_t ended;        /* about how many slots have ended and not been reused */
	_Atomic uint32_t slotless;     /* processes and scopes that found no slot */
	_Atomic uint32_t claim_blocks_used;

	_Atomic uint32_t blackboxes; /* rings that were taken */
	_Atomic int64_t
		blackboxes_checked_ms; /* CLOCK_MONOTONIC: those of dead processes were looked for */

	_Atomic uint32_t files_generation;   /* mplog_reload() */
	_Atomic uint32_t reload_generation;  /* mplog reload */
	_Atomic uint32_t overrides_sequence; /* odd while the table of overrides is written */
	_Atomic uint32_t overrides_used;

	_Atomic uint64_t once[ONCE_COUNT][BOARD_ONCE]; /* keys; 0: free */

	struct override_rule override[BOARD_OVERRIDES];
	struct total total[BOARD_TOTALS];
	_Atomic uint64_t state[BOARD_SLOTS] __attribute__((aligned(4096)));
	struct claim_block claim_block[BOARD_CLAIM_BLOCKS] __attribute__((aligned(4096)));
	struct slot slot[BOARD_SLOTS] __attribute__((aligned(4096)));
};
