/* SPDX-License-Identifier: MIT */
/* total: the figures of dead processes whose slots were reused, by name. Async-signal-safe. */
#pragma once

#include "board/layout.h"

/* Adds those of a dead process, whose slot is going to be another process's. */
void total_add(struct board *board, const struct slot *slot);
