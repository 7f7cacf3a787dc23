/* SPDX-License-Identifier: MIT */
/* What ends a test that hangs. */
#pragma once

/* Far more than anything takes that comes to an end, on a machine that does ten other things as well. */
enum { HANG_SECONDS = 600 };
