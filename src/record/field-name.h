/* SPDX-License-Identifier: MIT */
/* field-name: which names the fields of a record may have, and what mplog calls its own. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { FIELD_NAME_MAX = 64 }; /* journald drops fields with longer names */

/* 1 to 64 characters of A-Z 0-9 _, the first one a letter. */
bool field_name_is_valid(const char *name, size_t length);

/* Whether every record has a field of this name already (MESSAGE, PRIORITY, PROCESS ...), or it
 * begins with MPLOG_ as those of mplog's own records do. */
bool field_name_is_reserved(const char *name, size_t length);

/* Fields of notices that the tool reads too, or that several notices have. */
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
