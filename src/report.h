/* SPDX-License-Identifier: MIT */
/* report: what the process shows of itself on the board, for mplog status: which files are in
 * force. */
#pragma once

#include <stdatomic.h>

#include "hot.h"
#include "layout.h"
#include "route.h"

void report_files(void);

/* Shows on SLOT which sink took the last record, and why another one did not. */
static inline void status_publish_sink(struct slot *slot, const struct dispatch_result *result)
{
	if (UNLIKELY(result->error) && result->primary == SINK_NONE)
		return;
	atomic_store_explicit(&slot->sink, result->sent, memory_order_relaxed);
	atomic_store_explicit(&slot->sink_error, result->failed == SINK_NONE ? 0 : -result->error,
			      memory_order_relaxed);
}
