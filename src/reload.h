/* SPDX-License-Identifier: MIT */
/* reload: the files are loaded again, and what follows from it. */
#pragma once

#include <stdint.h>

#include "board.h"

/* The version of the files that this process has answered: board.files_generation then. */
uint32_t reload_version(void);
void reload_set_version(uint32_t answered);

/* This process has loaded a younger version of the files than all others: they shall look, too, for
 * whose turn it is to look for changes finds none if he has read it by chance. */
void reload_tell_others(void);

/* FLAGS: CONF_DROP_MISSING. The caller holds self_lock(); it is given up here. Returns as mplog_reload(). */
int reload(unsigned flags, enum reload_answer *ret_answer);

/* Every thread of the process finds out anew what holds for it, with its next call. */
void reload_open_gates(void);
