/* SPDX-License-Identifier: MIT */
/* override-env: the table of overrides in the environment, so that what an operator has set for names to
 * come goes through execve(2) as well. Not async-signal-safe. */
#pragma once

/* Writes the board's table to the variable MPLOG_SET_LEVELS, which is none where the table is empty; a
 * process without a board leaves the variable as it is. Returns 0 or a negative errno. */
int override_export(void);

/* Takes what the variable has into the table of the board, which was just opened. */
void override_import(void);
