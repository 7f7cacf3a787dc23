/* SPDX-License-Identifier: MIT */
/* board: the memory that a fork tree shares: a slot for each process and live scope, with its
 * level cell and counters.
 *
 * It is a memfd, sealed against growing and shrinking, which children inherit and mplog(1) finds
 * through /proc. Every word that two processes may write is atomic and every claim carries the pid
 * of its owner, so that a process killed at any instruction leaves the board usable. Members of a
 * tree trust one another's figures, but not with their lives: nothing read here is used as an
 * index or a length unchecked, and strings are copied with their bounds. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "hot.h"
#include "mplog.h"
#include "name.h"

#define BOARD_FILE_NAME "mplog-board"
#define BOARD_MAGIC     UINT64_C(0x6d706c6f67626f61) /* "mplogboa" */

enum {
	BOARD_VERSION = 2,
	BOARD_SLOTS = 4096,
	BOARD_DEAD_KEPT = 512, /* slots of dead processes kept for their figures before reuse */
	BOARD_OVERRIDES = 32,
	BOARD_TOTALS = 128,
	BOARD_TOLD = 64,
	BOARD_CLAIM_BLOCKS = 4096,
	BOARD_CLAIMS = 30, /* numbers a block; with its link it has 128 bytes */
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

/* A slot's state and owner in one word: pid << 32 | generation << 8 | foreign << 7 | phase. */
enum slot_phase {
	SLOT_FREE,
	SLOT_TAKEN, /* being filled by its owner */
	SLOT_PROCESS,
	SLOT_SCOPE,
	SLOT_ENDED, /* its owner said so: its figures are final */
	SLOT_TOLD   /* likewise, and a record told of them */
};

/* Its pid is that of another pid namespace than the board's: whether it lives nobody can say. */
enum { SLOT_FOREIGN = 0x80 };

static inline pid_t slot_word_pid(uint64_t word)
{
	return (pid_t)(word >> 32);
}

static inline enum slot_phase slot_word_phase(uint64_t word)
{
	return (enum slot_phase)(word & 0x7f);
}

/* Whether it is the slot of the process that somebody calls pid, himself FOREIGN or not. */
static inline bool slot_word_is_of(uint64_t word, pid_t pid, bool foreign)
{
	const enum slot_phase phase = slot_word_phase(word);

	return slot_word_pid(word) == pid && !(word & SLOT_FOREIGN) == !foreign &&
	       phase != SLOT_FREE && phase != SLOT_TAKEN;
}

enum level_by { LEVEL_BY_DEFAULT, LEVEL_BY_CONFIGURATION, LEVEL_BY_ENVIRONMENT, LEVEL_BY_PROGRAM };

/* A level that a person set: 0, or level + 2 in the low 4 bits and the end above them, in
 * milliseconds of CLOCK_MONOTONIC; an end of 0: as long as the program runs. */
typedef uint64_t person_word;

/* In an override: such names are the configuration's again. */
#define PERSON_RESET ((person_word)15)

static inline person_word person_make(int level, uint64_t until_ms)
{
	return until_ms << 4 | (unsigned)(level + 2);
}

static inline int person_level(person_word person)
{
	return (int)(person & 15) - 2;
}

static inline uint64_t person_until_ms(person_word person)
{
	return person >> 4;
}

enum reload_answer { RELOAD_PENDING, RELOAD_UNCHANGED, RELOAD_DONE, RELOAD_KEPT, RELOAD_FROZEN };

enum { SLOT_SIZE = 2048, SLOT_ORIGIN_SIZE = 256, SLOT_REPORT_SIZE = 1488 };

struct slot {
	/* What the macros read: the level, or looser. With __atomic_load_n() and _store_n(): C++
	 * programs read it too. */
	int gate;
	/* What configuration, environment and program say, and which of them it was. */
	_Atomic int level;
	_Atomic int level_by;
	_Atomic person_word person;
	_Atomic uint32_t person_uid;
	/* Its owner is asked to look at its files: asked is set to board.reload_generation, and
	 * slot_open_gate() opens the gate until it has answered with that number. */
	_Atomic uint32_t reload_asked;
	_Atomic uint32_t reload_answered;
	_Atomic int reload_answer;

	_Atomic uint64_t counter[COUNTER_COUNT];
	_Atomic uint64_t sequence;      /* the last PROCESS_SEQ given */
	_Atomic int64_t last_record_ns; /* CLOCK_REALTIME; 0: none yet */
	_Atomic int sink;               /* enum sink_id of the last record; -1: none */
	_Atomic int sink_error;         /* why it was not the one it should be: errno, or 0 */

	/* Rate limit: when the bucket is full again (CLOCK_MONOTONIC), and what is to be told. */
	_Atomic int64_t bucket_full_ns;
	_Atomic uint64_t untold_suppressed;
	_Atomic int64_t suppressed_since_ns; /* CLOCK_REALTIME */

	/* Written by the owner before it becomes visible; the name also when a child gets one. */
	_Atomic uint32_t tid;   /* of a scope's thread; 0: the process's own */
	_Atomic int32_t parent; /* slot of who forked or entered it; -1: none */
	_Atomic uint32_t parent_pid;
	_Atomic uint32_t number;  /* %c; 0: none */
	_Atomic uint32_t forks;   /* children counted for %C */
	_Atomic uint32_t claims;  /* first claim block of its children's numbers + 1; 0: none */
	_Atomic int64_t since_ns; /* CLOCK_REALTIME: taken */
	_Atomic int64_t since_boot_ms; /* CLOCK_BOOTTIME, to tell a pid's second life */

	/* Guarded by text_sequence: odd while they are written. */
	_Atomic uint32_t text_sequence;
	char name[PROCESS_NAME_SIZE];
	char parent_name[PROCESS_NAME_SIZE];
	char origin[SLOT_ORIGIN_SIZE]; /* who decided the level: "/etc/mplog.conf:12" */
	char report[SLOT_REPORT_SIZE]; /* lines: the sink's reason, then a file a line */
};

_Static_assert(sizeof(struct slot) == SLOT_SIZE, "the layout is versioned");

/* A level set from outside for all slots that match, those taken later too; the later ones in the
 * table win. Written under an F_OFD_SETLKW lock of the whole file; the sequence is even and not 0
 * when it may be read. Then the slots are gone through: person, person_uid, slot_open_gate(). */
struct override {
	_Atomic uint32_t sequence; /* odd while it is written; 0: never used */
	_Atomic uint32_t uid;
	_Atomic person_word person; /* 0: none */
	char name[PROCESS_NAME_SIZE];
};

/* The figures of dead processes whose slots were reused, by name. */
struct total {
	_Atomic uint32_t taken; /* 0: free, 1: the name is being written, 2: there */
	_Atomic uint32_t processes;
	_Atomic uint64_t counter[COUNTER_COUNT];
	char name[PROCESS_NAME_SIZE];
};

struct claim_block {
	_Atomic uint32_t holder[BOARD_CLAIMS]; /* pid, and one bit: see board-number.c */
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

	_Atomic uint32_t used;     /* slots that were ever taken */
	_Atomic uint32_t hand;     /* where the search for a dead one goes on */
	_Atomic uint32_t ended;    /* about how many have ended and not been reused */
	_Atomic uint32_t slotless; /* processes and scopes that found no slot */
	_Atomic uint32_t claim_blocks_used;

	_Atomic uint32_t files_generation;  /* mplog_reload() */
	_Atomic uint32_t reload_generation; /* mplog reload */
	_Atomic uint32_t overrides_used;

	_Atomic uint64_t told[BOARD_TOLD]; /* what is said once a run */

	struct override override[BOARD_OVERRIDES];
	struct total total[BOARD_TOTALS];
	_Atomic uint64_t state[BOARD_SLOTS] __attribute__((aligned(4096)));
	struct claim_block claim_block[BOARD_CLAIM_BLOCKS] __attribute__((aligned(4096)));
	struct slot slot[BOARD_SLOTS] __attribute__((aligned(4096)));
};

/* ---- The process's own board; the functions are async-signal-safe unless said otherwise ------ */

/* Makes the board: shared, or for this process alone (no descriptor; forked children have copies).
 * There is at most one; its memory stays readable for good, so that a gate never dangles.
 * Returns 0 or a negative errno. Not async-signal-safe. */
int board_open(const char *identifier, const char *run_id, bool shared);

/* Nobody finds it any more. Its memory is as it was until it is wiped, and zeroes then: before that
 * no gate may point there. */
void board_close(void);
void board_wipe(void);

/* The board, or NULL. */
struct board *board_get(void);

/* Whether children share it. */
bool board_is_shared(void);

/* Takes a slot for the process with that pid. NULL: there is none left. It is seen by others once
 * it is shown as SLOT_PROCESS or SLOT_SCOPE. */
struct slot *board_take(pid_t pid, bool foreign);
void board_show(struct slot *slot, enum slot_phase phase);

/* Its figures are final. */
void board_end(struct slot *slot);

/* A scope's, whose figures are in those of its process: it is nobody's any more; or it is out of
 * sight but still its owner's, for the next scope. */
void board_release(struct slot *slot);
struct slot *board_hide(struct slot *slot);

/* The slot's number, or -1 where it is none of the board's. */
int board_index(const struct slot *slot);

/* Which board it is: slots of an earlier one, at the same address, are somebody else's now. */
uint32_t board_number(void);

/* The newest process slot of a pid, or NULL; ended ones too. FOREIGN: who asks is, and so are his
 * children. */
struct slot *board_find(pid_t pid, bool foreign);

/* True for the first who asks with that key: what is said once a run. */
bool board_tell_once(uint64_t key);

/* The lowest number that no living child of the slot's process holds, for the child with that pid;
 * 0: no more. APART: it is in another pid namespace than its siblings. */
unsigned board_claim_number(struct slot *parent, pid_t pid, bool apart);

/* Whether the process lives: not ended, no zombie. */
bool process_is_alive(pid_t pid);

/* ---- Levels of a slot ----------------------------------------------------------------------- */

/* Makes the gate follow level and person, whoever changed them: after each change. */
void slot_open_gate(struct slot *slot);

/* As slot_level(), where a person has set one. */
COLD int slot_level_by_person(struct slot *slot, uint64_t now_ms, bool *ret_expired);

/* The level in force. A person's whose time is over is taken back: *ret_expired says so. */
static inline int slot_level(struct slot *slot, uint64_t now_ms, bool *ret_expired)
{
	*ret_expired = false;
	if (atomic_load_explicit(&slot->person, memory_order_relaxed))
		return slot_level_by_person(slot, now_ms, ret_expired);
	return atomic_load_explicit(&slot->level, memory_order_relaxed);
}

/* Applies what people said of that name. */
void slot_apply_overrides(struct slot *slot, const char *name);

/* Text fields: written by the owner, read by all. */
void slot_write_text(struct slot *slot, char *field, size_t size, const char *text);
/* Copies name, parent_name, origin, report as they stood together. False: its writer died amid. */
bool slot_read_text(const struct slot *slot, size_t offset, size_t size, char *ret);
