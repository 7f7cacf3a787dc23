/* SPDX-License-Identifier: MIT */
/* conf-unknown: settings that there are not, and where those belong that stand in the wrong place. */
#pragma once

#include "conf-parts.h"

/* Warns of KEY within WITHIN: "defaults", "processes", a group's name; NULL: the file's top level. */
void conf_unknown(struct conf_parser *parser, const char *within, const char *key, unsigned line);
