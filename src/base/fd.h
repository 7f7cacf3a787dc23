/* SPDX-License-Identifier: MIT */
/* descriptor: a file descriptor of our own in a program that may close any number, and open another
 * file under it (daemon(3), closefrom(3), dup2(2)). */
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

/* Moves fd to a high number, close-on-exec, out of the program's way, and remembers which file it
 * is. */
void owned_fd_take(struct owned_fd *owned, int fd);

/* Tells whether the number still stands for the file that was taken. */
bool owned_fd_is_valid(const struct owned_fd *owned);

/* Closes the descriptor if it is still ours. */
void owned_fd_close(struct owned_fd *owned);
