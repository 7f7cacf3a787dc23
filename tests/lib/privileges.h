/* SPDX-License-Identifier: MIT */
/* For tests of programs that give up being root. */
#pragma once

#include <grp.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { NOBODY = 65534 };

/* Tells whether this is root of a machine or container with other users, or says on standard output that
 * it is not: in an ordinary user's namespace root is the only user there is. */
static inline bool privileges_are_root_s(void)
{
	FILE *const map = fopen("/proc/self/uid_map", "re");
	unsigned long inside, outside, count;
	bool has_nobody = false;

	while (map && fscanf(map, "%lu %lu %lu", &inside, &outside, &count) == 3)
		has_nobody = has_nobody || (inside <= NOBODY && NOBODY - inside < count);
	if (map)
		(void)fclose(map);
	if (geteuid() == 0 && has_nobody)
		return true;
	(void)puts("left out: a test that needs to be root, beside other users");
	return false;
}

/* For good. In an ordinary user's namespace, where root is the only user there is, it is being
 * without root's capabilities: a file of mode 0 cannot be read then, as by any other user. */
static inline int privileges_drop(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	const struct __user_cap_data_struct none[2] = { { 0 } };

	(void)setgroups(0, NULL);
	if (setresgid(NOBODY, NOBODY, NOBODY) == 0 && setresuid(NOBODY, NOBODY, NOBODY) < 0)
		return -1;
	return (int)syscall(SYS_capset, &header, none);
}
