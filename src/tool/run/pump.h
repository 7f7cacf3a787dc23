/* SPDX-License-Identifier: MIT */
/* pump: what a command prints -> records, until it has ended. */
#pragma once

#include <regex.h>
#include <stdbool.h>

#include "tool/run/child.h"

enum { PUMP_OUT, PUMP_ERR, PUMP_STREAMS };

struct pump_options {
	int level[PUMP_STREAMS]; /* of lines without <N> */
	bool joins;
	const regex_t *join;
	bool json; /* lines that are objects of JSON are records with fields */
};

/* Reads the child's pipes, and signals from signal_fd. Returns 0 when the child has ended and all
 * its output is logged, or -ENOMEM before anything was read. */
int pump_run(struct child *child, int signal_fd, const struct pump_options *options);
