/* SPDX-License-Identifier: MIT */
/* proc: what /proc says of one process. All functions return 0 or a negative errno: -ESRCH where
 * the process is gone, -EACCES where only root may look. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Where a file is mapped. */
struct proc_mapping {
	uint64_t start, end;
	dev_t device;
	ino_t inode;
};

/* Finds the mapping of the memfd of that name on that device; -ENOENT: the process has none. */
int proc_find_memfd(pid_t pid, const char *name, dev_t device, struct proc_mapping *ret);

/* Opens the file that is mapped there, by the mapping itself, which is for root, or by a descriptor that
 * the process holds. */
int proc_open_memfd(pid_t pid, const char *name, const struct proc_mapping *mapping, int flags);

/* Finds the pid that the process itself sees: that of its innermost pid namespace. */
int proc_inner_pid(pid_t pid, pid_t *ret);

/* Finds when it began, in milliseconds of CLOCK_BOOTTIME, rounded down to a clock tick. */
int proc_started_ms(pid_t pid, int64_t *ret);

/* Tells whether it is in the cgroup of that unit of systemd; ".service" may be left out. */
bool proc_is_in_unit(pid_t pid, const char *unit);
