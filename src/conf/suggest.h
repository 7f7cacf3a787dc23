/* SPDX-License-Identifier: MIT */
/* conf-suggest: what was expected, and "did you mean". Pure, but for snprintf(3). */
#pragma once

#include <stddef.h>

#include "conf/settings.h"

enum { SUGGEST_MAX = 512 };

/* Writes "level", "stderr.format" */
void setting_full_name(enum setting setting, char *buffer, size_t size);

/* Writes "emerg alert ...", "0 to 60000", "true or false" */
void setting_describe_values(enum setting setting, char *buffer, size_t size);

/* Writes: unknown level "vebrose" (expected emerg alert ...); did you mean "debug"? */
void suggest_value(enum setting setting, const char *value, char *buffer, size_t size);

/* Writes what is wrong with a name that is not a setting within WITHIN: "defaults", "processes", a
 * group's name; NULL: the file's top level. */
void suggest_setting(const char *within, const char *name, char text[SUGGEST_MAX]);

/* Returns that of the words (the last one is NULL, "" never) which is likely to be meant, or NULL. */
const char *suggest_word(const char *word, const char *const *words);
