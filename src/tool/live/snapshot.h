/* SPDX-License-Identifier: MIT */
/* snapshot: what the slots of a board say at one moment, copied and brought into bounds. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "tool/live/boards.h"

/* A slot, copied. */
struct slot_view {
	const struct found_board *board;
	unsigned index; /* of its slot */
	uint64_t state; /* of its slot: owner, generation and phase */
	bool is_scope;
	bool is_alive;
	bool has_said_so; /* it said that it ended: it was not killed */
	int end_status;   /* of waitpid(2); -1: unknown */
	pid_t pid;        /* as seen from here where it lives, else as its board says */
	pid_t inner_pid;  /* as its board says */
	pid_t tid;        /* of a scope's thread; 0: the process's own */
	int parent;       /* slot of the process or scope that forked or entered it; -1: unknown */
	pid_t parent_pid;

	char name[PROCESS_NAME_SIZE];
	char parent_name[PROCESS_NAME_SIZE];
	char origin[SLOT_ORIGIN_SIZE]; /* what decided its own level: "/etc/mplog.conf:12" */

	int level;     /* in force */
	int own_level; /* what configuration, environment and program say */
	enum level_by own_level_by;
	bool by_person;
	uid_t override_uid;
	uint64_t override_until_ms; /* CLOCK_MONOTONIC; 0: as long as the program runs */

	uint64_t counter[COUNTER_COUNT];
	uint64_t sequence;
	int sink; /* enum sink_id, or -1 */
	int sink_error;
	int64_t since_ns, last_record_ns; /* CLOCK_REALTIME; 0: never */
};

struct snapshot {
	struct slot_view *view; /* in the order of their slots; never NULL once it was taken */
	size_t n;
	struct slot_view **process; /* the processes by inner_pid, then by age */
	size_t n_processes;
};

/* Reads the board into found->copy and copies all its slots. A board that cannot be read any more has
 * none. */
void snapshot_take(struct found_board *found, struct snapshot *ret);
void snapshot_free(struct snapshot *snapshot);

/* Returns whether the slot on the mapped board is still that of the same process or scope. */
bool snapshot_is_current(const struct board *board, const struct slot_view *view);

/* Returns the slot of the view on the board's copy. */
const struct slot *snapshot_slot(const struct slot_view *view);

/* Returns what was copied of the slot of that number, or NULL. */
struct slot_view *snapshot_find(const struct snapshot *snapshot, int slot);

/* Returns the process that a scope belongs to, or NULL. */
const struct slot_view *snapshot_process_of(const struct snapshot *snapshot,
					    const struct slot_view *scope);

/* Returns whether the scope shows nothing that its process does not: name and level are the same. */
bool snapshot_repeats_process(const struct snapshot *snapshot, const struct slot_view *scope);

/* Copies the text about sink and files; empty where it was just being written. */
void snapshot_read_report(const struct slot *slot, char ret[SLOT_REPORT_SIZE]);
