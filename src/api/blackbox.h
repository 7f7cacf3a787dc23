/* SPDX-License-Identifier: MIT */
/* blackbox: what a log call does with the black box of the process. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "blackbox/ring.h"
#include "process/thread.h"
#include "record/record.h"
#include "scope/scope.h"

/* Keeps a message that no sink gets in the process's black box, if that takes its level. Returns 0.
 * Async-signal-safe. */
int blackbox_record(const struct record_source *said, const struct thread *thread,
		    struct scope *scope, int saved_errno, int64_t now_ns, char *buffer,
		    size_t capacity);

bool blackbox_keep(const struct mplog_site *site, int level, int error,
		   const struct mplog_field *fields, size_t n, const char *fmt, va_list *ap);

/* Does so for a call of mplog_emit() at once, where nothing is due besides and the level is only the black
 * box's. Returns false where that is not so: then the call goes its usual way. */
static inline ALWAYS_INLINE bool blackbox_takes(const struct mplog_site *site, int level, int error,
						const struct mplog_field *fields, size_t n,
						const char *fmt, va_list *ap)
{
	return UNLIKELY(ring_get() != NULL) &&
	       blackbox_keep(site, level, error, fields, n, fmt, ap);
}

/* Takes the ring now, where that scope's messages will need one: for a process that is about to be
 * sealed. */
void blackbox_prepare(struct scope *scope);
