/* SPDX-License-Identifier: MIT */
#include "color.h"

#include <stdint.h>

/* The offset basis and the prime of the 32-bit hash FNV-1a. */
#define FNV_BASIS UINT32_C(2166136261)
#define FNV_PRIME UINT32_C(16777619)

/* Medium bright, and without red, which is for errors. Neighbours differ, because the last
 * character of worker-1 and worker-2 does. */
static const unsigned char palette[] = {
	33, 136, 71, 133, 37, 172, 68, 35, 170, 109, 64, 98, 178, 31, 139, 72, 69, 130, 134, 108,
};

unsigned color_of_name(const char *name, size_t length)
{
	uint32_t hash = FNV_BASIS;

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (unsigned char)name[i]) * FNV_PRIME;
	return palette[hash % sizeof(palette)];
}
