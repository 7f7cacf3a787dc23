/* SPDX-License-Identifier: MIT */
#include "tool/run/orphans.h"

#include "base/cleanup.h"

#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { PATH_SIZE = 64 };

static bool ignores(pid_t pid, int number)
{
	char path[PATH_SIZE];
	AUTO_FREE char *line = NULL;
	size_t size = 0;
	uint64_t ignored = 0;
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%ld/status", (long)pid);
	file = fopen(path, "re");
	if (!file)
		return false;
	while (getline(&line, &size, file) > 0) {
		if (sscanf(line, "SigIgn: %" SCNx64, &ignored) == 1)
			break;
	}
	(void)fclose(file);
	return ignored >> (number - 1) & 1;
}

static bool was_signalled(const struct orphans *orphans, pid_t pid)
{
	for (size_t i = 0; i < orphans->n; i++) {
		if (orphans->signalled[i] == pid)
			return true;
	}
	return false;
}

static void signal_orphan(struct orphans *orphans, pid_t pid, int number)
{
	pid_t *const larger = reallocarray(orphans->signalled, orphans->n + 1, sizeof(*larger));

	(void)kill(pid, ignores(pid, number) ? SIGTERM : number);
	if (!larger)
		return; /* the process may get the signal twice */
	orphans->signalled = larger;
	larger[orphans->n++] = pid;
}

/* Children of the main thread; those of other threads are adopted in time. */
static void signal_children(struct orphans *orphans, pid_t parent, int number)
{
	char path[PATH_SIZE];
	FILE *file;
	long pid;

	(void)snprintf(path, sizeof(path), "/proc/%ld/task/%ld/children", (long)parent,
		       (long)parent);
	file = fopen(path, "re");
	if (!file)
		return;
	while (fscanf(file, "%ld", &pid) == 1) {
		if (getpgid((pid_t)pid) != getpgrp())
			continue;
		/* First its children: they are not its own any more once it has ended. */
		signal_children(orphans, (pid_t)pid, number);
		if (!was_signalled(orphans, (pid_t)pid))
			signal_orphan(orphans, (pid_t)pid, number);
	}
	(void)fclose(file);
}

void orphans_end(struct orphans *orphans, int number)
{
	signal_children(orphans, getpid(), number);
}
