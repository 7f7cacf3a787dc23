/* SPDX-License-Identifier: MIT */
/* json-role: which members of an object say level, message, logger and time of a record. Pure. */
#pragma once

#include <stdbool.h>

#include "base/strbuf.h"
#include "tool/run/json-text.h"

enum json_role {
	ROLE_LEVEL,
	ROLE_MESSAGE,
	ROLE_LOGGER,
	ROLE_TIME,
	ROLES,
};

enum { LOGGER_MAX = 255 };

/* Returns the role of a member whose key and value are such as that role has, or ROLES. Sets *ret_rank:
 * of several members for one role that with the lowest rank has it. */
enum json_role json_role_of(struct bytes key, const struct json_value *value, unsigned *ret_rank);

/* Reads a level: a name of syslog's or of other loggers, a number of syslog's (0 to 7), or one of
 * bunyan's and pino's (10 to 60). Returns false for anything else. */
bool json_role_level(struct bytes text, int *ret_level);
