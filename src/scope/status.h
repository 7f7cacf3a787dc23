/* SPDX-License-Identifier: MIT */
/* report: what the process shows of itself on its slot, for mplog status: which files are in force,
 * and which sink its last record went to. */
#pragma once

#include <stdatomic.h>

#include "base/compiler.h"
#include "board/layout.h"
#include "sink/dispatch.h"

/* Writes the text about the files. A slot's texts have one writer at a time: the caller sees to
 * that. */
void status_publish_files(void);

/* Shows where the slot's last record went: an enum sink_id, or -1; and the negative errno that kept
 * it from its primary sink, or 0. */
static inline void status_publish_sink(struct slot *slot, int sink, int error)
{
	atomic_store_explicit(&slot->sink, sink, memory_order_relaxed);
	atomic_store_explicit(&slot->sink_error, -error, memory_order_relaxed);
}

/* The same from the result of a record, if it came to a sink. */
static inline void status_publish_result(struct slot *slot, const struct dispatch_result *result)
{
	if (LIKELY(result->error == 0) || result->primary != SINK_NONE)
		status_publish_sink(slot, result->sent,
				    result->failed == SINK_NONE ? 0 : result->error);
}
