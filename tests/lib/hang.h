/* SPDX-License-Identifier: MIT */
/* What ends a test that hangs. */
#pragma once

/* Far more than anything takes that comes to an end, on a machine that does ten other things as well:
 * of a wait, which tells what it waited for, and of a test, which may wait for a process's end. */
enum { HANG_SECONDS = 600, CASE_SECONDS = 900 };
