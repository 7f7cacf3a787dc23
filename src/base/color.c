/* SPDX-License-Identifier: MIT */
#include "base/color.h"

#include "base/hash.h"

/* Found by trial: without the last three bits of the hash main, worker-1 to worker-9 and 1 to 9 all
 * differ. */
enum { COMMON_NAMES_DIFFER = 3 };

/* Medium bright, and without red, which marks errors. In this order main, worker-1 to worker-5 and
 * 1 to 5 are far from each other as well. */
static const unsigned char palette[] = {
	64, 71, 108, 109, 33, 139, 69, 72, 170, 35, 133, 134, 68, 136, 130, 178, 172, 31, 98, 37,
};

unsigned color_of_name(const char *name, size_t length)
{
	const uint32_t hash = fnv1a_32(FNV1A_32_BASIS, name, length);

	return palette[(hash >> COMMON_NAMES_DIFFER) % sizeof(palette)];
}
