/* SPDX-License-Identifier: MIT */
/* field: which names a record's field may have. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { FIELD_NAME_MAX = 64 }; /* journald drops fields with longer names */

/* 1 to 64 characters of A-Z 0-9 _, the first one a letter. */
bool field_name_is_valid(const char *name, size_t length);

/* Whether every record has a field of this name already (MESSAGE, PRIORITY, PROCESS ...), or it
 * begins with MPLOG_ as those of mplog's own records do. */
bool field_name_is_reserved(const char *name, size_t length);
