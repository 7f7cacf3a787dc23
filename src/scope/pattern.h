/* SPDX-License-Identifier: MIT */
/* pattern: the variable parts of child_name and prefix. */
#pragma once

#include <stddef.h>
#include <sys/types.h>

struct pattern_vars {
	const char *process, *identifier, *parent;
	pid_t pid;
	unsigned number, count;
};

/* Writes the pattern with its %n %i %p %c %C %P %h %% put in; returns the size it takes. */
size_t pattern_expand(char *buffer, size_t capacity, const char *pattern,
		      const struct pattern_vars *vars);
