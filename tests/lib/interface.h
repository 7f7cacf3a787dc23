/* SPDX-License-Identifier: MIT */
/* For tests over the shared library without a journal: records go to standard error, which is a
 * file that capture.h reads. */
#pragma once

#include "lib/capture.h"
#include "lib/child.h"

static inline void interface_setup(void)
{
	ck_assert_int_eq(setenv("MPLOG_SINK", "stderr", 1), 0);
	ck_assert_int_eq(setenv("MPLOG_CONF", "/dev/null", 1), 0);
	capture_stderr();
}
