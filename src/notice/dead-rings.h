/* SPDX-License-Identifier: MIT */
/* dead-rings: dumping the rings of processes that are dead, by the processes of the tree that are left.
 * Async-signal-safe. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "board/layout.h"
#include "sink/sink.h"

/* Dumps the ring of the process PID, which has ended and whose slot this is. STATUS: as of waitpid(2), or
 * NULL where it is unknown. The ring of a process that ended by itself is given back. */
void dead_ring_dump(struct slot *slot, pid_t pid, const int *status);

/* Looks for dead processes whose rings were not dumped: at once, or (IS_DUE) if no process of the tree
 * has done so for a second. */
void dead_rings_dump_all(int64_t now_ns, bool is_due);

/* Dumps the rings of the dead processes of a program that may have ended, out of the file of its board.
 * ENDED_WELL: a pid that is known to have ended by itself; 0: none. Returns whether nothing is left that
 * could be dumped: a file that is no board has nothing. */
bool dead_rings_dump_file(int fd, pid_t ended_well, const struct output *output,
			  struct deadline *deadline);
