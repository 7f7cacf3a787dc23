/* SPDX-License-Identifier: MIT */
#include "process/seal.h"

#include "base/compiler.h"

HOT_DATA _Atomic bool seal_is_on;

void seal_set(void)
{
	atomic_store(&seal_is_on, true);
}

void seal_lift(void)
{
	if (seal_is_set())
		atomic_store(&seal_is_on, false);
}
