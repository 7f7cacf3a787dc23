/* SPDX-License-Identifier: MIT */
#include "process/parent.h"

#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "process/proc-file.h"

enum {
	TEXT_SIZE = 512,
	/* On one processor the parent, which runs, gets it so often. It is not waited for. */
	YIELDS_MAX = 20,
	FLAGS_FIELD = 9, /* of proc(5)'s stat */
	EXITING = 0x4,   /* PF_EXITING of the kernel, since exit(2) has begun */
};

/* Reads "PID (NAME) STATE" and numbers. NAME may have brackets and blanks. */
static char read_stat(pid_t pid, pid_t tid, unsigned long *ret_flags)
{
	char text[TEXT_SIZE];
	const ssize_t size = proc_file_read(pid, tid, "stat", text, sizeof(text));
	const char *at = size > 0 ? strrchr(text, ')') : NULL;
	const char state = at && at[1] ? at[2] : '\0';

	for (int i = 2; at && i < FLAGS_FIELD; i++)
		at = strchr(at + 1, ' ');
	*ret_flags = at ? strtoul(at, NULL, 10) : 0;
	return state;
}

/* A process whose first thread has ended lives on: that thread is a zombie then. */
static bool is_in_exit(pid_t pid)
{
	unsigned long flags;

	return read_stat(pid, pid, &flags) != 'Z' && (flags & EXITING);
}

/* Tells what a thread that was asleep waits for: in "pipe_read" or "anon_pipe_read" for a pipe. "0" is said
 * of one that is not asleep yet, or not any more, and of all where the kernel does not tell. */
static enum parent_state sleeper_state(pid_t pid, pid_t tid)
{
	char text[TEXT_SIZE];

	if (proc_file_read(pid, tid, "wchan", text, sizeof(text)) < 1 || strcmp(text, "0") == 0)
		return PARENT_RUNS;
	return strstr(text, "pipe_read") ? PARENT_LISTENS : PARENT_STAYS;
}

enum parent_state parent_state(pid_t pid, pid_t tid)
{
	for (int i = 0;; i++) {
		const pid_t parent = getppid(); /* 0: one of another pid namespace */
		enum parent_state now;
		unsigned long flags;
		char state;

		if (!parent)
			return PARENT_STAYS;
		if (parent != pid || is_in_exit(pid))
			return PARENT_ENDED;
		state = read_stat(pid, tid, &flags);
		now = state == 'S' ? sleeper_state(pid, tid) : PARENT_RUNS;
		if (now != PARENT_RUNS)
			return now;
		/* A parent that has ended in between is another one in the next round. */
		if (i == YIELDS_MAX)
			return state == 'R' || state == 'D' || state == 'S' ? PARENT_RUNS
									    : PARENT_STAYS;
		(void)sched_yield();
	}
}
