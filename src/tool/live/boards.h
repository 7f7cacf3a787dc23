/* SPDX-License-Identifier: MIT */
/* boards: those of all programs that run, found through /proc.
 *
 * What stands on a board may be a lie: any process can make a memfd that looks like one. A board
 * belongs to its file's owner, nothing of it is used unchecked, and what is printed is escaped. No
 * descriptor is kept: there may be more boards than a process may have. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "tool/live/board-file.h"

/* A process that has the board in its memory. */
struct member {
	pid_t pid;                   /* as seen from here */
	pid_t inner_pid;             /* as it sees itself, and as its slots say */
	int64_t started_ms;          /* CLOCK_BOOTTIME */
	struct proc_mapping mapping; /* of the board */
};

struct found_board {
	ino_t inode;
	uid_t owner; /* of its file: the user who opened the program's log */
	char identifier[IDENTIFIER_SIZE];
	char run_id[RUN_ID_SIZE];
	uint32_t slotless;           /* processes and scopes that found no slot */
	const struct member *member; /* sorted by inner_pid */
	size_t n_members;
	struct board *copy; /* while each.h is at this board; NULL: not read */
};

/* A file that is no board, or none that can be used: whose it is, is not known. */
struct refused_board {
	pid_t pid;        /* of a process that has it in its memory */
	int error;        /* a negative errno */
	uint32_t version; /* where the error is -EPROTONOSUPPORT */
};

struct boards {
	struct found_board *board; /* sorted by identifier, then by age */
	size_t n;
	struct member *member; /* of all boards */
	size_t n_members;
	struct refused_board *refused;
	size_t n_refused;
	size_t hidden; /* processes that only root may look at */
};

/* Looks through /proc. Returns 0 or a negative errno. */
int boards_find(struct boards *ret);
void boards_free(struct boards *boards);

/* Opens the board by one of its members, for reading or for writing. Returns a descriptor or a
 * negative errno. */
int board_open_file(const struct found_board *board, bool writable);

/* Tells of an error of board_open_file() whether the program has ended since it was found, which is no
 * failure of a command. */
bool board_error_is_end(int error);

/* Says on standard error which boards cannot be used, and how many processes were not looked at, where
 * root could. */
void boards_tell_unread(const struct boards *boards);

/* Returns the process with that pid since SINCE_MS, or NULL: the process has ended. */
const struct member *board_member(const struct found_board *board, pid_t inner_pid,
				  int64_t since_ms);

/* Returns the first member with that pid as seen from here, or NULL. */
const struct member *board_member_by_pid(const struct found_board *board, pid_t pid);
