/* SPDX-License-Identifier: MIT */
#include "api/program.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "mplog.h"
#include "process/fork-detect.h"
#include "process/lock.h"
#include "process/seal.h"
#include "scope/context.h"
#include "scope/scope.h"

static bool is_program(const struct context *context, const char *identifier, unsigned flags)
{
	return (context->flags & MPLOG_ECHO) == flags &&
	       strncmp(context->identifier, identifier, sizeof(context->identifier) - 1) == 0;
}

/* The caller holds global_lock(). Returns 1: published. */
static int publish_program(const char *identifier, unsigned flags)
{
	const struct context *before = context_get();
	struct context *context;

	if (!before->is_open)
		return 0;
	if (!(before->flags & MPLOG_FOLLOWS_IDENT_))
		return -EPERM;
	if (seal_is_set() || is_program(before, identifier, flags))
		return 0;
	context = fork_malloc_is_safe() ? context_copy(before, before->conf) : NULL;
	if (!context)
		return -ENOMEM;
	context->flags = (before->flags & ~(unsigned)MPLOG_ECHO) | flags;
	memset(context->identifier, 0, sizeof(context->identifier));
	(void)stpncpy(context->identifier, identifier, sizeof(context->identifier) - 1);
	context_publish(context);
	return 1;
}

int program_change(struct thread *thread, const char *identifier, unsigned flags)
{
	int r;

	global_lock();
	r = publish_program(identifier, flags);
	global_unlock();
	if (r <= 0)
		return r;
	thread_open_gates();
	scope_update(&process_scope);
	scope_update(scope_of(thread));
	scope_set_gate(thread);
	return 0;
}
