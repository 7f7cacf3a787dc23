/* SPDX-License-Identifier: MIT */
/* child-number: the numbers that the children of a process have (%c). Async-signal-safe.
 *
 * A child claims a number by writing its pid into the number's place, where there is none or the
 * pid of a process that has ended: no two living children have the same. A child in a pid namespace
 * of its own and its siblings cannot find out of each other whether they live: its number is given
 * once. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "board/layout.h"

/* Claims the lowest number that no living child of the slot's process has, for the child PID.
 * OTHER_PIDNS: the child is in another pid namespace than its siblings. Returns 0 where the board has
 * none left. */
unsigned child_number_claim(struct slot *parent, pid_t pid, bool other_pidns);
