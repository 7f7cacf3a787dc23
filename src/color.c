/* SPDX-License-Identifier: MIT */
#include "color.h"

#include <stdint.h>

/* The offset basis and the prime of the 32-bit hash FNV-1a. */
#define FNV_BASIS           UINT32_C(2166136261)
#define FNV_PRIME           UINT32_C(16777619)

/* Tried out: without the hash's last three bits main, worker-1 to worker-9 and 1 to 9 all differ. */
#define COMMON_NAMES_DIFFER 3

/* Medium bright, and without red, which is for errors. In this order main, worker-1 to worker-5 and
 * 1 to 5 are far from each other as well. */
static const unsigned char palette[] = {
	64, 71, 108, 109, 33, 139, 69, 72, 170, 35, 133, 134, 68, 136, 130, 178, 172, 31, 98, 37,
};

unsigned color_of_name(const char *name, size_t length)
{
	uint32_t hash = FNV_BASIS;

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (unsigned char)name[i]) * FNV_PRIME;
	return palette[(hash >> COMMON_NAMES_DIFFER) % sizeof(palette)];
}
