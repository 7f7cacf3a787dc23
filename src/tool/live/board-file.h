/* SPDX-License-Identifier: MIT */
/* board-file: the file of another process's board. It is checked from all sides, and read with
 * pread(2) into memory of one's own: reading allocates no page of the file, and what was read does not
 * change any more. It is mapped only to be written. */
#pragma once

#include <stdbool.h>

#include "board/board.h"
#include "tool/live/proc.h"

struct board_file {
	int fd;
	uid_t owner;
	uint32_t version; /* where it could be read */
};

/* Finds the device that all memfds are on. */
int board_file_device(dev_t *ret);

/* Opens the board of a process. Returns 0, or
 *   -EPROTONOSUPPORT  its version is another one: *ret has it
 *   -EBADF            it is none, or could be made shorter under our hands
 *   -ENOENT           it is none yet
 *   or as proc_open_memfd() */
int board_file_open(pid_t pid, const struct proc_mapping *mapping, bool writable,
		    struct board_file *ret);

/* Copies what stands before the slots. Returns false where the file could not be read. */
bool board_file_read_head(int fd, struct board *ret);

/* Copies the slots in use, each with its state as they stood together. A text that is being written
 * leaves an odd text_sequence. */
bool board_file_read_slots(int fd, struct board *ret);

/* Copies one slot and its state. A text that is being written leaves an odd text_sequence. */
bool board_file_read_slot(int fd, size_t i, struct slot *ret, uint64_t *ret_state);

/* Maps the file, which was opened for writing. Returns 0 or a negative errno. */
int board_file_map(int fd, struct board **ret);

/* Returns zeroed memory for a copy, of which only what is written counts; never NULL. */
struct board *board_file_new_copy(void);

/* Ends a mapping or frees a copy, which may be NULL. */
void board_file_unmap(struct board *board);

/* Says on standard error why it could not be used. */
void board_file_tell_refused(pid_t pid, int error, uint32_t version);
