/* SPDX-License-Identifier: MIT */
/* parent: what the process that forked this one is doing now, as proc(5) shows it. Nothing waits here,
 * and all of it is async-signal-safe. */
#pragma once

#include <sys/types.h>

enum parent_state {
	PARENT_STAYS, /* it waits for something, such as the end of a child; or it cannot be seen */
	PARENT_LISTENS, /* it reads a pipe, as one that waits for the report of a daemon does */
	PARENT_RUNS,    /* it may be on its way to exit(2), or anywhere */
	PARENT_ENDED    /* or is in exit(2) */
};

/* PID: the process that forked; TID: its thread that did. */
enum parent_state parent_state(pid_t pid, pid_t tid);
