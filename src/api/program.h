/* SPDX-License-Identifier: MIT */
/* program: another identifier and other flags for a program that is open, whose board, rules and run stay:
 * mplog_set_program_(). */
#pragma once

#include "process/thread.h"

/* Changes nothing where the program is not open, or sealed. Returns 0 or -ENOMEM. Called in a process that
 * is identified, inside of an epoch. */
int program_change(struct thread *thread, const char *identifier, unsigned flags);
