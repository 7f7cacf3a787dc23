/* SPDX-License-Identifier: MIT */
/* The public functions: what each does is said in mplog.h, how in the files named after it. */
#include "mplog.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "api/guard.h"
#include "api/log.h"
#include "record/field-name.h"
#include "notice/notice.h"
#include "api/lifecycle.h"
#include "api/identity.h"
#include "process/fork-detect.h"
#include "scope/context.h"
#include "notice/child-end.h"
#include "api/refresh.h"
#include "sink/dispatch.h"
#include "scope/scope.h"
#include "notice/loss.h"

/* ---- Life cycle ------------------------------------------------------------------------------ */

int mplog_open(const char *identifier, const char *process, unsigned flags)
{
	return mplog_open_with(&(struct mplog_options){
		.size = sizeof(struct mplog_options),
		.identifier = identifier,
		.process = process,
		.flags = flags,
	});
}

int mplog_open_with(const struct mplog_options *options)
{
	CALL(call);
	struct mplog_options known = { 0 };

	if (!options || options->size < sizeof(options->size))
		return -EINVAL;
	if (!call.thread)
		return -ENOMEM;
	call_settle(&call);
	memcpy(&known, options, options->size < sizeof(known) ? options->size : sizeof(known));
	return open_program(call.thread, &known);
}

void mplog_close(void)
{
	CALL(call);

	call_settle(&call);
	if (call.thread)
		close_program(call.thread);
}

int mplog_reload(void)
{
	CALL(call);

	call_settle(&call);
	return call.thread ? watch_reload(call.thread) : -ENOMEM;
}

/* ---- Being somebody ------------------------------------------------------------------------- */

static void clean_name(char ret[PROCESS_NAME_SIZE], const char *process)
{
	if (!process_name_sanitize(ret, process))
		notice_name_changed(process, ret);
}

pid_t mplog_fork(const char *process)
{
	char name[PROCESS_NAME_SIZE] = "";
	pid_t pid;

	if (process && !*process) {
		errno = EINVAL;
		return -1;
	}
	if (process) {
		CALL(call);

		call_settle(&call);
		clean_name(name, process);
	}
	pid = fork();
	if (pid == 0 && process)
		identity_set_pending(name);
	return pid;
}

static int enter(const struct call *call, const char *process)
{
	char name[PROCESS_NAME_SIZE];

	if (!call->thread)
		return -ENOMEM;
	if (!process || !*process) {
		call_settle(call);
		(void)scope_enter(call->thread, NULL);
		return -EINVAL;
	}
	(void)process_name_sanitize(name, process);
	if (identity_adopt_name(call->thread, name))
		return scope_enter(call->thread, NULL);
	call_settle(call);
	clean_name(name, process);
	return scope_enter(call->thread, name);
}

int mplog_enter(const char *process)
{
	CALL(call);

	return enter(&call, process);
}

void mplog_leave(void)
{
	CALL(call);

	call_settle(&call);
	if (call.thread)
		identity_leave_scope(call.thread);
}

unsigned mplog_scope_enter_(const char *process)
{
	CALL(call);

	(void)enter(&call, process);
	return call.thread ? call.thread->depth : UINT_MAX; /* nothing to leave */
}

void mplog_scope_leave_(const unsigned *depth)
{
	CALL(call);

	call_settle(&call);
	while (call.thread && call.thread->depth >= *depth &&
	       call.thread->depth > call.thread->inherited_depth)
		identity_leave_scope(call.thread);
}

int mplog_export(const char *process)
{
	char name[PROCESS_NAME_SIZE];
	CALL(call);

	if (!process || !*process)
		return -EINVAL;
	call_settle(&call);
	clean_name(name, process);
	if (setenv("MPLOG_PROCESS", name, true) < 0 ||
	    setenv("MPLOG_RUN_ID", context_run_id(), true) < 0)
		return -errno;
	return 0;
}

const char *mplog_process(void)
{
	CALL(call);
	const struct scope_config *config;

	call_settle(&call);
	config = call.thread ? scope_get_config(scope_of(call.thread)) : NULL;
	if (!config)
		return "main";
	(void)snprintf(call.thread->name, sizeof(call.thread->name), "%s", config->process);
	return call.thread->name;
}

int mplog_set_field(const char *name, const char *value)
{
	CALL(call);
	const struct bytes text = { value, value ? strlen(value) : 0 };

	if (!name || !field_name_is_valid(name, strlen(name)) ||
	    field_name_is_reserved(name, strlen(name)))
		return -EINVAL;
	if (!call.thread)
		return -ENOMEM;
	call_settle(&call);
	return scope_set_field(scope_of(call.thread), (struct bytes){ name, strlen(name) },
			       value ? &text : NULL);
}

/* ---- Levels --------------------------------------------------------------------------------- */

static bool is_level(int level)
{
	return level >= MPLOG_NONE && level <= MPLOG_DEBUG;
}

int mplog_level(void)
{
	CALL(call);

	call_settle(&call);
	return call.thread ? emit_level(call.thread) : MPLOG_INFO;
}

int mplog_set_level(int level)
{
	CALL(call);
	int r;

	if (!is_level(level))
		return -EINVAL;
	if (!call.thread)
		return -ENOMEM;
	call_settle(&call);
	r = scope_set_level(scope_of(call.thread), level);
	scope_set_gate(call.thread);
	return r;
}

int mplog_set_default_level(int level)
{
	CALL(call);

	if (!is_level(level))
		return -EINVAL;
	if (!call.thread)
		return -ENOMEM;
	call_settle(&call);
	context_set_default_level(level);
	context_invalidate();
	thread_open_gates();
	scope_update(&process_scope);
	scope_update(scope_of(call.thread));
	scope_set_gate(call.thread);
	return 0;
}

/* ---- Logging -------------------------------------------------------------------------------- */

/* mplog_emit(), mplog_vemit(), mplog_write(): emit.c has them, each whole in one function. */

/* ---- Figures -------------------------------------------------------------------------------- */

/* The first version of the struct had this size. */
static const size_t stats_size = sizeof(struct mplog_stats);

int mplog_get_stats(struct mplog_stats *stats)
{
	CALL(call);

	if (!stats || stats->size < stats_size)
		return -EINVAL;
	call_settle(&call);
	stats_read(stats, scope_slot(&process_scope), getpid_cached());
	return 0;
}

int mplog_reap(pid_t pid, struct mplog_stats *stats)
{
	CALL(call);

	if (stats && stats->size < stats_size)
		return -EINVAL;
	if (!call.thread)
		return -ENOMEM;
	call_settle(&call);
	return reap(pid, stats);
}
