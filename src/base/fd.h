/* SPDX-License-Identifier: MIT */
/* descriptor: a file descriptor of our own in a program that may close any number, and open another
 * file under it (daemon(3), closefrom(3), dup2(2)). */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

struct descriptor {
	int fd; /* -1: none */
	dev_t device;
	ino_t inode;
};

#define DESCRIPTOR_NONE  \
	{                \
		-1, 0, 0 \
	}

/* Moves fd to a high number, close-on-exec, out of the program's way, and remembers which file it
 * is. */
void descriptor_take(struct descriptor *descriptor, int fd);

/* Tells whether the number still stands for the file that was taken. */
bool descriptor_is_ours(const struct descriptor *descriptor);

/* Closes the descriptor if it is still ours. */
void descriptor_close(struct descriptor *descriptor);
