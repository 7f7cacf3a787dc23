/* SPDX-License-Identifier: MIT */
/* fdstore: the service manager keeps the board for the next start of the program, which dumps the rings
 * that the last process of this one could not: sd_pid_notify_with_fds(3), systemd.service(5). */
#pragma once

/* Dumps what an earlier run has left with the service manager, and leaves the own board there where the
 * configuration has a black box. Called once, by mplog_open(). */
void fdstore_exchange(void);
