/* SPDX-License-Identifier: MIT */
/* field-name: which names a field of a record may have, and the names of mplog's own fields. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { FIELD_NAME_MAX = 64 }; /* journald drops fields with longer names */

/* Returns whether the name has 1 to 64 characters of A-Z 0-9 _, the first one a letter. */
bool field_name_is_valid(const char *name, size_t length);

/* Returns whether mplog gives a field of this name to every record (MESSAGE, PRIORITY, PROCESS ...),
 * or the name begins with MPLOG_ as those of notices do. */
bool field_name_is_reserved(const char *name, size_t length);

/* Fields that several notices have, or that the tool reads. */
#define FIELD_NAME_LOST       "MPLOG_LOST"
#define FIELD_NAME_DIVERTED   "MPLOG_DIVERTED"
#define FIELD_NAME_SUPPRESSED "MPLOG_SUPPRESSED"
#define FIELD_NAME_SENT       "MPLOG_SENT"
#define FIELD_NAME_FIRST_SEQ  "MPLOG_FIRST_SEQ"
#define FIELD_NAME_LAST_SEQ   "MPLOG_LAST_SEQ"
#define FIELD_NAME_CHILD      "MPLOG_CHILD"
#define FIELD_NAME_CHILD_PID  "MPLOG_CHILD_PID"
#define FIELD_NAME_EXIT_CODE  "MPLOG_EXIT_CODE"
#define FIELD_NAME_SINCE      "MPLOG_SINCE"
#define FIELD_NAME_LEVEL      "MPLOG_LEVEL"
#define FIELD_NAME_BLACKBOX   "MPLOG_BLACKBOX"
#define FIELD_NAME_TIME       "MPLOG_TIME"
#define FIELD_NAME_PID        "MPLOG_PID"
#define FIELD_NAME_BAD_FIELD  "MPLOG_BAD_FIELD"
