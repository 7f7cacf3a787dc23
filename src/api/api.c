/* SPDX-License-Identifier: MIT */
/* api: the public functions, but for the log calls, which are in log.c. mplog.h documents them. */
#include "mplog.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "api/guard.h"
#include "api/identity.h"
#include "api/lifecycle.h"
#include "api/log.h"
#include "api/program.h"
#include "api/refresh.h"
#include "board/override-env.h"
#include "notice/child-end.h"
#include "notice/dump.h"
#include "notice/loss.h"
#include "notice/notice.h"
#include "process/fork-detect.h"
#include "record/field-name.h"
#include "scope/context.h"
#include "scope/scope-set.h"
#include "scope/scope.h"
#include "sink/dispatch.h"

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
	GUARD(guard);
	struct mplog_options known = { 0 };

	if (!options || options->size < sizeof(options->size))
		return -EINVAL;
	if (!guard_identify(&guard))
		return -ENOMEM;
	memcpy(&known, options, options->size < sizeof(known) ? options->size : sizeof(known));
	return lifecycle_open(guard.thread, &known);
}

void mplog_close(void)
{
	GUARD(guard);

	if (guard_identify(&guard))
		lifecycle_close(guard.thread);
}

int mplog_reload(void)
{
	GUARD(guard);

	return guard_identify(&guard) ? refresh_now(guard.thread, !guard.outer) : -ENOMEM;
}

int mplog_set_program_(const char *identifier, unsigned flags)
{
	GUARD(guard);

	if (!identifier || !*identifier || flags & ~(unsigned)MPLOG_ECHO)
		return -EINVAL;
	if (!guard.thread)
		return -ENOMEM;
	guard_identify(&guard);
	return program_change(guard.thread, identifier, flags);
}

int mplog_seal(void)
{
	GUARD(guard);

	return guard_identify(&guard) ? lifecycle_seal(guard.thread) : -ENOMEM;
}

/* ---- Process names and scopes ---------------------------------------------------------------- */

static void sanitize_name(char ret[PROCESS_NAME_SIZE], const char *process)
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
		GUARD(guard);

		/* A parent that logs nothing looks at changed files once for all its children. */
		if (guard_identify(&guard))
			(void)log_level(guard.thread);
		sanitize_name(name, process);
	}
	pid = fork();
	if (pid == 0 && process)
		identity_set_pending(name);
	return pid;
}

static int enter_scope(const struct guard *guard, const char *process)
{
	char name[PROCESS_NAME_SIZE];

	if (!guard->thread)
		return -ENOMEM;
	if (!process || !*process) {
		guard_identify(guard);
		(void)scope_enter(guard->thread, NULL);
		return -EINVAL;
	}
	(void)process_name_sanitize(name, process);
	if (identity_adopt_name(guard->thread, name))
		return scope_enter(guard->thread, NULL);
	guard_identify(guard);
	sanitize_name(name, process);
	return scope_enter(guard->thread, name);
}

int mplog_enter(const char *process)
{
	GUARD(guard);

	return enter_scope(&guard, process);
}

void mplog_leave(void)
{
	GUARD(guard);

	if (guard_identify(&guard))
		identity_leave_scope(guard.thread);
}

int mplog_rename(const char *process)
{
	char name[PROCESS_NAME_SIZE];
	GUARD(guard);
	int r;

	if (!process || !*process)
		return -EINVAL;
	if (!guard_identify(&guard))
		return -ENOMEM;
	if (!scope_get_config(&process_scope))
		return -ENOMEM;
	sanitize_name(name, process);
	r = identity_change_name(name);
	scope_set_gate(guard.thread);
	return r;
}

unsigned mplog_scope_enter_(const char *process)
{
	GUARD(guard);

	(void)enter_scope(&guard, process);
	return guard.thread ? guard.thread->depth : UINT_MAX; /* nothing to leave */
}

void mplog_scope_leave_(const unsigned *depth)
{
	GUARD(guard);

	guard_identify(&guard);
	while (guard.thread && guard.thread->depth >= *depth &&
	       guard.thread->depth > guard.thread->inherited_depth)
		identity_leave_scope(guard.thread);
}

int mplog_export(const char *process)
{
	char name[PROCESS_NAME_SIZE];
	GUARD(guard);

	if (!process || !*process)
		return -EINVAL;
	guard_identify(&guard);
	sanitize_name(name, process);
	if (setenv("MPLOG_PROCESS", name, true) < 0 ||
	    setenv("MPLOG_RUN_ID", context_run_id(), true) < 0)
		return -errno;
	return override_export();
}

const char *mplog_process(void)
{
	GUARD(guard);
	const struct scope_config *config;

	config = guard_identify(&guard) ? scope_get_config(scope_of(guard.thread)) : NULL;
	if (!config)
		return "main";
	(void)snprintf(guard.thread->name, sizeof(guard.thread->name), "%s", config->process);
	return guard.thread->name;
}

int mplog_set_field(const char *name, const char *value)
{
	GUARD(guard);
	const struct bytes text = { value, value ? strlen(value) : 0 };

	if (!name || !field_name_is_valid(name, strlen(name)) ||
	    field_name_is_reserved(name, strlen(name)))
		return -EINVAL;
	if (!guard_identify(&guard))
		return -ENOMEM;
	return scope_set_field(scope_of(guard.thread), (struct bytes){ name, strlen(name) },
			       value ? &text : NULL);
}

/* ---- The black box --------------------------------------------------------------------------- */

int mplog_dump(void)
{
	CLEANUP(guard_leave) struct guard guard = guard_enter(true);
	const struct scope_config *config;
	struct deadline deadline;
	int r;

	if (!guard.thread)
		return -ENOMEM;
	guard_identify(&guard);
	config = scope_get_config(&process_scope);
	if (!config)
		return -ENOMEM;
	deadline = (struct deadline){ .timeout_ms = config->output.timeout_ms };
	r = dump_own(&config->output, &deadline);
	return r < 0 ? r : 0;
}

/* ---- Levels --------------------------------------------------------------------------------- */

static bool is_level(int level)
{
	return level >= MPLOG_NONE && level <= MPLOG_DEBUG;
}

int mplog_level(void)
{
	GUARD(guard);

	return guard_identify(&guard) ? log_level(guard.thread) : MPLOG_INFO;
}

int mplog_set_level(int level)
{
	GUARD(guard);
	int r;

	if (!is_level(level))
		return -EINVAL;
	if (!guard_identify(&guard))
		return -ENOMEM;
	r = scope_set_level(scope_of(guard.thread), level);
	scope_set_gate(guard.thread);
	return r;
}

int mplog_set_default_level(int level)
{
	GUARD(guard);

	if (!is_level(level))
		return -EINVAL;
	if (!guard_identify(&guard))
		return -ENOMEM;
	context_set_default_level(level);
	context_invalidate();
	thread_open_gates();
	scope_update(&process_scope);
	scope_update(scope_of(guard.thread));
	scope_set_gate(guard.thread);
	return 0;
}

/* ---- Figures -------------------------------------------------------------------------------- */

/* Of the first version of the struct. */
static const size_t stats_size = sizeof(struct mplog_stats);

int mplog_get_stats(struct mplog_stats *stats)
{
	GUARD(guard);

	if (!stats || stats->size < stats_size)
		return -EINVAL;
	guard_identify(&guard);
	stats_read(stats, scope_slot(&process_scope), getpid_cached());
	return 0;
}

static int reap(pid_t pid, const int *status, struct mplog_stats *stats)
{
	GUARD(guard);

	if (stats && stats->size < stats_size)
		return -EINVAL;
	return guard_identify(&guard) ? child_end_report(pid, status, stats) : -ENOMEM;
}

int mplog_reap(pid_t pid, struct mplog_stats *stats)
{
	return reap(pid, NULL, stats);
}

int mplog_reaped(pid_t pid, int status, struct mplog_stats *stats)
{
	return WIFEXITED(status) || WIFSIGNALED(status) ? reap(pid, &status, stats) : -EINVAL;
}
