/* SPDX-License-Identifier: MIT */
/* commands: the subcommands. */
#pragma once

#include "tool/ui/command.h"

extern const struct command command_blackbox;
extern const struct command command_check;
extern const struct command command_exec;
extern const struct command command_gaps;
extern const struct command command_level;
extern const struct command command_log;
extern const struct command command_ps;
extern const struct command command_reload;
extern const struct command command_show;
extern const struct command command_status;
extern const struct command command_tail;
extern const struct command command_timeline;
