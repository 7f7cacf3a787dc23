/* SPDX-License-Identifier: MIT */
/* boards: those of all programs that run, found through /proc.
 *
 * What stands on a board may be a lie: any process can make a memfd that looks like one. Nothing
 * of it is used unchecked, and what is printed is escaped. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "board/board.h"

/* A process that has the board in its memory. */
struct member {
	pid_t pid;          /* as seen from here */
	pid_t inner_pid;    /* as it sees itself, and as its slots say */
	int64_t started_ms; /* CLOCK_BOOTTIME */
};

struct found_board {
	ino_t inode;
	uid_t owner; /* of its file */
	int fd;
	struct board *board;
	size_t used; /* slots to look at */
	char identifier[IDENTIFIER_SIZE];
	char run_id[RUN_ID_SIZE];
	struct member *member; /* sorted by inner_pid */
	size_t n_members, room;
};

struct boards {
	struct found_board *board; /* sorted by identifier, then by age */
	size_t n;
	size_t hidden; /* processes that only root may look at */
};

/* Looks through /proc. WRITABLE: the boards are going to be changed. A board that cannot be used is
 * reported on standard error. Returns 0 or a negative errno. */
int boards_find(bool writable, struct boards *ret);
void boards_free(struct boards *boards);

/* Says on standard error how many processes were not looked at, where root could. */
void boards_tell_hidden(const struct boards *boards);

/* Returns the process with that pid since SINCE_MS, or NULL: the process has ended. */
const struct member *board_member(const struct found_board *board, pid_t inner_pid,
				  int64_t since_ms);
