/* SPDX-License-Identifier: MIT */
/* status-print: what mplog status prints of one process or scope. */
#pragma once

#include "tool/live/snapshot.h"

void status_print(const struct snapshot *snapshot, const struct slot_view *view);
void status_print_json(const struct snapshot *snapshot, const struct slot_view *view);
