/* SPDX-License-Identifier: MIT */
/* keeper: keeps the boards of the programs that a command runs, as a service manager would, and dumps what
 * was in the black boxes of their processes when they were killed. */
#pragma once

#include "tool/run/child.h"

/* Tells the command to come, by MPLOG_FDSTORE, where boards are kept. Returns a descriptor, or -1: none
 * are. */
int keeper_open(void);

/* Dumps what is left on the boards, once the child has ended. */
void keeper_dump(int fd, const struct child *child);
