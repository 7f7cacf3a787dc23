/* SPDX-License-Identifier: MIT */
/* stack: running a function on a stack of its own. A log call may come from a thread or a signal handler
 * with a small stack: what it does besides logging takes none of that. */
#pragma once

/* Runs the function on mapped memory, or, where there is none, on the caller's stack. A function that runs
 * on such a stack already stays there. Async-signal-safe. */
void stack_run(void (*function)(void *argument), void *argument);

/* Unmaps the stack that is kept for the next function, which may have touched a lot of it. */
void stack_trim(void);

/* Has a stack at hand from now on: stack_run() makes no system call, as long as one thread at a time
 * needs it. */
void stack_keep(void);
