/* SPDX-License-Identifier: MIT */
/* status: what the process shows on its slot for mplog status: which files are in force, and which
 * sink the last record went to. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>

#include "base/compiler.h"
#include "board/layout.h"
#include "sink/dispatch.h"

/* Writes the text about the files. A slot's texts have one writer at a time: the caller holds
 * global_lock(), or is the only thread that can see the slot. Returns whether "/" is known to be the
 * directory that the files were read below. */
bool status_publish_files(void);

/* Returns the negative errno that kept the record from its primary sink, or 0. An absent sink is no
 * failure, and worth a word only where it may not be used. */
static inline int status_error(const struct dispatch_result *result)
{
	const int error = result->failed == SINK_NONE ? 0 : result->error;

	if (LIKELY(result->sent == result->primary) || result->primary == SINK_NONE ||
	    (error && error != -ENOTCONN))
		return error;
	return dispatch_absence(result->primary) == -EACCES ? -EACCES : error;
}

/* Shows where the slot's last record that came to a sink went, and the errno that kept it from its
 * primary sink. */
static inline void status_publish_result(struct slot *slot, const struct dispatch_result *result)
{
	if (UNLIKELY(result->error != 0) && result->primary == SINK_NONE)
		return;
	atomic_store_explicit(&slot->sink, result->sent, memory_order_relaxed);
	atomic_store_explicit(&slot->sink_error, -status_error(result), memory_order_relaxed);
}
