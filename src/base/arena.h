/* SPDX-License-Identifier: MIT */
/* arena: many small objects that are freed together. */
#pragma once

#include <stddef.h>

struct arena_chunk;

struct arena {
	struct arena_chunk *chunk;
};

/* Returns zeroed memory, aligned for any type, or NULL. */
void *arena_alloc(struct arena *arena, size_t size);
char *arena_copy(struct arena *arena, const char *string);

void arena_free(struct arena *arena);
