/* SPDX-License-Identifier: MIT */
/* ring-file: the ring of another process, dead or alive, out of the file of its board. */
#pragma once

#include "blackbox/ring-read.h"
#include "tool/live/snapshot.h"

/* Copies the ring of the process; to be freed by ring_file_free(). Returns 0; -ENOENT: the process has
 * none; or a negative errno. */
int ring_file_read(const struct slot_view *view, struct ring_copy *ret);
void ring_file_free(struct ring_copy *copy);

/* Maps the ring of the process, to be unmapped by place_unmap(*ret, RING_SIZE_MAX). Returns likewise. */
int ring_file_map(const struct slot_view *view, struct ring **ret);
