/* SPDX-License-Identifier: MIT */
/* show-settings: what the rules add up to for a process name, and which line decided each setting. */
#pragma once

#include <stdbool.h>

#include "conf/settings.h"

struct show {
	const struct rules *rules;
	const char *identifier; /* of -t, or NULL */
	bool is_json;
};

/* Prints the settings of the process name for the identifier, which is called TITLE; NULL: any. */
void show_settings(const struct show *show, const char *identifier, const char *title,
		   const char *name);
