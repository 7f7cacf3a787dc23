/* SPDX-License-Identifier: MIT */
/* hint: what was expected, and what may have been meant. Pure, but for snprintf(3). */
#pragma once

#include <stddef.h>

#include "settings.h"

enum { HINT_MAX = 512 };

/* "level", "stderr.format" */
void hint_setting_name(enum setting setting, char *buffer, size_t size);

/* "one of emerg alert ...", "0 to 60000", "true or false" */
void hint_expected(enum setting setting, char *buffer, size_t size);

/* unknown level "vebrose" (expected emerg alert ...); did you mean "debug"? */
void hint_unknown_value(enum setting setting, const char *value, char *buffer, size_t size);

/* That of the words (the last one is NULL, "" never) which is likely to be meant, or NULL. */
const char *hint_closest(const char *word, const char *const *words);
