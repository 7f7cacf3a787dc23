/* SPDX-License-Identifier: MIT */
/* layout: the memory that the processes of a fork tree share, as it lies there: a slot for each
 * process and live scope, with its level and counters. The layout has a version: mplog(1) refuses
 * a board of another one.
 *
 * Every word that two processes may write is atomic, and every claim carries the pid of its owner,
 * so that a process killed at any instruction leaves the board usable. Nothing read from a board is
 * used as an index or a length unchecked, and strings are copied with their bounds: any process of
 * the tree may write there, and any file may look like a board. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/name.h"

#define BOARD_FILE_NAME "mplog-board"
#define BOARD_MAGIC     UINT64_C(0x6d706c6f67626f61) /* "mplogboa" */

enum {
	BOARD_VERSION = 2,
	BOARD_SLOTS = 4096,
	BOARD_DEAD_KEPT = 512, /* slots of dead processes kept for their figures before reuse */
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

static inline uint64_t figure_value(uint64_t figure)
{
	return figure & ~FIGURE_MOVED;
}

/* A slot's state and owner in one word: pid << 32 | generation << 8 | foreign << 7 | phase. */
enum slot_phase {
	SLOT_FREE,
	SLOT_TAKEN, /* being filled by its owner, or hidden by it */
	SLOT_PROCESS,
	SLOT_SCOPE,
	SLOT_ENDED,   /* the process has ended and said so: its figures are final */
	SLOT_REPORTED /* likewise, and a record told of them */
};

/* The slot's pid is of another pid namespace than the board's creator: no process can say whether
 * it lives. */
enum { SLOT_OTHER_PIDNS = 0x80 };

static inline pid_t slot_word_pid(uint64_t word)
{
	return (pid_t)(word >> 32);
}

static inline enum slot_phase slot_word_phase(uint64_t word)
{
	return (enum slot_phase)(word & 0x7f);
}

enum level_by { LEVEL_BY_DEFAULT, LEVEL_BY_CONFIGURATION, LEVEL_BY_ENVIRONMENT, LEVEL_BY_PROGRAM };

/* A level set by an operator: 0, or level + 2 in the low 4 bits and the end above them, in
 * milliseconds of CLOCK_MONOTONIC; an end of 0: as long as the program runs. */
typedef uint64_t override_word;

/* In the table of overrides: such names have the level of the configuration again. */
#define OVERRIDE_RESET ((override_word)15)

static inline override_word override_pack(int level, uint64_t until_ms)
{
	return until_ms << 4 | (unsigned)(level + 2);
}

static inline int override_level(override_word override)
{
	return (int)(override & 15) - 2;
}

static inline uint64_t override_until_ms(override_word override)
{
	return override >> 4;
}

enum reload_result { RELOAD_PENDING, RELOAD_UNCHANGED, RELOAD_DONE, RELOAD_KEPT, RELOAD_FROZEN };

enum { SLOT_SIZE = 2048, SLOT_ORIGIN_SIZE = 256, SLOT_REPORT_SIZE = 1488 };

struct slot {
	/* The gate that the macros read: the level in force, or a looser one. Not _Atomic, but
	 * accessed with __atomic_load_n() and __atomic_store_n(): C++ programs read it too. */
	int gate;
	/* What configuration, environment and program say, and which of them decided. */
	_Atomic int level;
	_Atomic int level_by;
	_Atomic int end_status; /* once its parent knows: status of waitpid(2) + 1; 0: unknown */
	_Atomic override_word override;
	_Atomic uint32_t override_uid;
	/* mplog reload sets reload_requested to board.reload_generation; the process has read its files
	 * once reload_completed is the same number. Until then slot_open_gate() opens the gate. */
	_Atomic uint32_t reload_requested;
	_Atomic uint32_t reload_completed;
	_Atomic int reload_result;

	_Atomic uint64_t counter[COUNTER_COUNT];
	_Atomic uint64_t sequence;      /* the last PROCESS_SEQ given */
	_Atomic int64_t last_record_ns; /* CLOCK_REALTIME; 0: none yet */
	_Atomic int sink;               /* enum sink_id of the last record; -1: none */
	_Atomic int sink_error;         /* why it was not the primary sink: errno, or 0 */

	/* Rate limit: when the bucket is full again (CLOCK_MONOTONIC), and what is to be told. */
	_Atomic int64_t bucket_full_ns;
	_Atomic uint64_t suppressed_pending;
	_Atomic int64_t suppressed_since_ns; /* CLOCK_REALTIME */

	/* Written by the owner before the slot becomes visible; the name also when a child gets
	 * one. */
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
	_Atomic uint32_t sequence; /* odd while it is written; 0: never used */
	_Atomic uint32_t uid;
	_Atomic override_word override; /* 0: none */
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
	pid_t opener;

	_Atomic uint32_t used;         /* slots that were ever taken, and more: see board_used() */
	_Atomic uint32_t reuse_cursor; /* where the search for a dead one goes on */
	_Atomic uint32_t ended;        /* about how many have ended and not been reused */
	_Atomic uint32_t slotless;     /* processes and scopes that found no slot */
	_Atomic uint32_t claim_blocks_used;

	_Atomic uint32_t files_generation;  /* mplog_reload() */
	_Atomic uint32_t reload_generation; /* mplog reload */
	_Atomic uint32_t overrides_used;

	_Atomic uint64_t once[ONCE_COUNT][BOARD_ONCE]; /* keys; 0: free */

	struct override_rule override[BOARD_OVERRIDES];
	struct total total[BOARD_TOTALS];
	_Atomic uint64_t state[BOARD_SLOTS] __attribute__((aligned(4096)));
	struct claim_block claim_block[BOARD_CLAIM_BLOCKS] __attribute__((aligned(4096)));
	struct slot slot[BOARD_SLOTS] __attribute__((aligned(4096)));
};
