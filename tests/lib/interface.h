/* SPDX-License-Identifier: MIT */
/* For tests over the shared library without a journal: records go to standard error, which is a
 * file that capture.h reads. */
#pragma once

#include "lib/capture.h"

#include <sys/types.h>
#include <sys/wait.h>

static inline void interface_setup(void)
{
	ck_assert_int_eq(setenv("MPLOG_SINK", "stderr", 1), 0);
	ck_assert_int_eq(setenv("MPLOG_CONF", "/dev/null", 1), 0);
	capture_stderr();
}

static inline void interface_exited_well(pid_t pid)
{
	int status = -1;

	ck_assert_int_gt(pid, 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
}
