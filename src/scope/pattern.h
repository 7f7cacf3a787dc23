/* SPDX-License-Identifier: MIT */
/* pattern: the variables in child_name and prefix. */
#pragma once

#include <sys/types.h>

#include "base/strbuf.h"

struct pattern_vars {
	const char *process, *identifier, *parent;
	pid_t pid;
	unsigned number, count;
};

/* Writes the pattern with its %n %i %p %c %C %P %h %% replaced. */
void pattern_expand(struct strbuf *out, const char *pattern, const struct pattern_vars *vars);
