/* SPDX-License-Identifier: MIT */
/* state: what openlog(3) and setlogmask(3) have set, and its way to mplog. Lock-free: a fork at any
 * moment leaves the child with settings that are whole. */
#pragma once

#include <stdbool.h>

/* Take over what the functions of the same names were given. */
void syslog_state_open(const char *ident, int option, int facility);
void syslog_state_close(void);
int syslog_state_set_mask(int mask);

/* Opens mplog where the program has not done so, under the name that the ident is now. Called before
 * each record. */
void syslog_state_apply(void);

/* Returns whether the mask lets that priority through. A priority above all that are in the mask is for
 * mplog's level to judge, which an operator may have set. */
bool syslog_state_pass(int priority);

/* Returns the level, with the facility that is the record's own. */
int syslog_state_level(int priority);
