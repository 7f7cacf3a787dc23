/* SPDX-License-Identifier: MIT */
/* descriptor: a file descriptor of our own in a program that may close any number, or give it to
 * somebody else (daemon(3), closefrom(3), dup2(2)). */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

struct descriptor {
	int fd; /* -1: none */
	dev_t device;
	ino_t inode;
};

#define DESCRIPTOR_NONE { -1, 0, 0 }

/* Moves fd to a high number, close-on-exec, out of the program's way, and remembers what it is. */
void descriptor_take(struct descriptor *descriptor, int fd);

/* Whether the number still stands for what was taken. */
bool descriptor_is_ours(const struct descriptor *descriptor);

/* Closes it if it is still ours. */
void descriptor_close(struct descriptor *descriptor);
