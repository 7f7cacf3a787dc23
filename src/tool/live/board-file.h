/* SPDX-License-Identifier: MIT */
/* board-file: opening the board of another process, after looking at it from all sides. */
#pragma once

#include <stdbool.h>

#include "board/board.h"
#include "tool/live/proc.h"

struct board_file {
	int fd;
	struct board *board;
	uid_t owner;
	uint32_t version; /* where it could be read */
};

/* Finds the device that all memfds are on. */
int board_file_device(dev_t *ret);

/* Opens and maps the board of a process. Returns 0, or
 *   -EPROTONOSUPPORT  its version is another one: *ret has it
 *   -EBADF            it is none, or could be made shorter under our hands
 *   -ENOENT           it is none yet
 *   or as proc_open_memfd() */
int board_file_open(pid_t pid, const struct proc_mapping *mapping, bool writable,
		    struct board_file *ret);

/* Says on standard error why it could not be used. */
void board_file_tell_refused(pid_t pid, int error, uint32_t version);
