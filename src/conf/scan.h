/* SPDX-License-Identifier: MIT */
/* conf-scan: what libconfig must not see, and the first mistake of syntax in words.
 *
 * The text is walked once. What passes, every version of libconfig from 1.5 on reads in the same
 * way: of its own complaints only a name that stands twice in a group, and an array with values of
 * different types are left to it. */
#pragma once

#include "conf/diag.h"

/* Scans a string of that size. Returns 0 and sets *ret_n_values (how many settings libconfig will make
 * of the text), or -EBADMSG (the diagnostics have the mistake). */
int conf_scan(const char *text, size_t size, struct conf_diags *diags, size_t *ret_n_values);
