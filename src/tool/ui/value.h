/* SPDX-License-Identifier: MIT */
/* value: settings as the configuration has them, and the files that they come from. */
#pragma once

#include <stdbool.h>

#include "conf/conf.h"
#include "conf/settings.h"
#include "tool/ui/json.h"

/* Formats a value as it stands in a configuration: debug, "a string", 50. */
enum { VALUE_SIZE = 1024 };
void value_format(enum setting setting, int number, const char *text, char buffer[VALUE_SIZE]);

/* Prints a member of the type that the setting has: "debug", 50, true, null where it is unset. */
void value_print_json(struct json *json, const char *name, enum setting setting, int number,
		      const char *text);

/* Returns the files that programs read: those of DIRECTORY; NULL: $MPLOG_CONF, or the system's. */
struct conf_options value_conf_options(const char *directory);

/* Returns false, and complains, where DIRECTORY is given and cannot be opened: programs go without
 * a missing directory in silence. */
bool value_has_directory(const char *directory);
