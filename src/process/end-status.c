/* SPDX-License-Identifier: MIT */
#include "process/end-status.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>

#include "process/proc-file.h"

enum { CORE_FLAG = 0x80 /* in a status of waitpid(2), on every Linux */, STAT_MAX = 1024 };

bool end_status_of_child(pid_t pid, int *ret)
{
	siginfo_t info = { .si_pid = 0 };

	if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0 || !info.si_pid)
		return false;
	*ret = info.si_code == CLD_EXITED ? info.si_status << 8 : info.si_status;
	if (info.si_code == CLD_DUMPED)
		*ret |= CORE_FLAG;
	return true;
}

/* The status is the last number of the line, and 0 for a process that we may not look at. */
enum end_knowledge end_status_of(pid_t pid, int *ret)
{
	char text[STAT_MAX];
	const char *last;
	ssize_t n;

	if (end_status_of_child(pid, ret))
		return END_KNOWN;
	n = proc_file_read(pid, 0, "stat", text, sizeof(text));
	if (n == -ENOENT || n == -ESRCH)
		return END_GONE;
	if (n <= 0)
		return END_HIDDEN;
	last = strrchr(text, ' ');
	*ret = 0;
	for (const char *at = last ? last + 1 : ""; *at >= '0' && *at <= '9' && *ret < 0xffff; at++)
		*ret = *ret * 10 + (*at - '0');
	return *ret ? END_KNOWN : END_HIDDEN;
}
