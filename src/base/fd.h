/* SPDX-License-Identifier: MIT */
/* fd: a descriptor that the library owns in a program that may close any number, and open another
 * file under that number (daemon(3), closefrom(3), dup2(2)). */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

struct owned_fd {
	int fd; /* -1: none */
	dev_t device;
	ino_t inode;
};

#define OWNED_FD_NONE    \
	{                \
		-1, 0, 0 \
	}

/* Moves FD to a high number, out of the program's way and close-on-exec, and notes the file's
 * identity. */
void owned_fd_take(struct owned_fd *owned, int fd);

/* Returns whether the number still stands for the file that was taken. */
bool owned_fd_is_valid(const struct owned_fd *owned);

/* Closes the descriptor if it is still valid. */
void owned_fd_close(struct owned_fd *owned);
