/* SPDX-License-Identifier: MIT */
#include "tool/ui/memory.h"

#include <stdio.h>
#include <stdlib.h>

#include "tool/ui/command.h"

void memory_exhausted(void)
{
	(void)fputs("mplog: out of memory\n", stderr);
	exit(STATUS_TROUBLE);
}

void *memory_new(size_t n, size_t size)
{
	void *memory = calloc(n ? n : 1, size);

	if (!memory)
		memory_exhausted();
	return memory;
}

void *memory_grow(void *array, size_t n, size_t *room, size_t size)
{
	if (n <= *room)
		return array;
	*room = 2 * n;
	array = reallocarray(array, *room, size);
	if (!array)
		memory_exhausted();
	return array;
}
