/* SPDX-License-Identifier: MIT */
#include "base/arena.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK_SIZE = 16 * 1024 };

struct arena_chunk {
	struct arena_chunk *next;
	size_t used, size;
	alignas(max_align_t) unsigned char data[];
};

static struct arena_chunk *add_chunk(struct arena *arena, size_t size)
{
	struct arena_chunk *chunk;

	if (size < CHUNK_SIZE)
		size = CHUNK_SIZE;
	chunk = calloc(1, sizeof(*chunk) + size);
	if (!chunk)
		return NULL;
	chunk->size = size;
	chunk->next = arena->chunk;
	arena->chunk = chunk;
	return chunk;
}

static void *take_from(struct arena *arena, size_t size, size_t alignment)
{
	struct arena_chunk *chunk = arena->chunk;
	size_t at = chunk ? (chunk->used + alignment - 1) & ~(alignment - 1) : 0;

	if (!chunk || at > chunk->size || size > chunk->size - at) {
		chunk = add_chunk(arena, size);
		if (!chunk)
			return NULL;
		at = 0;
	}
	chunk->used = at + size;
	return chunk->data + at;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	return take_from(arena, size, alignof(max_align_t));
}

char *arena_copy(struct arena *arena, const char *string)
{
	const size_t size = strlen(string) + 1;
	char *copy = take_from(arena, size, 1);

	return copy ? memcpy(copy, string, size) : NULL;
}

void arena_free(struct arena *arena)
{
	while (arena->chunk) {
		struct arena_chunk *next = arena->chunk->next;

		free(arena->chunk);
		arena->chunk = next;
	}
}
