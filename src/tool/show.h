/* SPDX-License-Identifier: MIT */
/* show: how rules and settings are printed. */
#pragma once

#include <stdbool.h>

#include "settings.h"

struct show {
	const struct rules *rules;
	const char *identifier; /* of -t, or NULL */
	bool is_json;
};

/* All rules, or those for show->identifier. */
void show_rules(const struct show *show);

/* The settings of the process name for the identifier, which is called TITLE; NULL: any. */
void show_settings(const struct show *show, const char *identifier, const char *title,
		   const char *name);

/* Whether the pattern, where there is one, leaves nothing out. */
static inline bool show_is_any(const struct glob *glob)
{
	return !glob->pattern || glob->kind == GLOB_ANY;
}
