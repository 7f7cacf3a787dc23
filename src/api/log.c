/* SPDX-License-Identifier: MIT */
#include "api/log.h"

#include <errno.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <syslog.h>
#include <unistd.h>

#include "api/blackbox.h"
#include "api/guard.h"
#include "api/rate-limit.h"
#include "api/refresh.h"
#include "base/clock.h"
#include "base/compiler.h"
#include "board/override.h"
#include "notice/dump.h"
#include "notice/loss.h"
#include "notice/notice.h"
#include "process/fork-detect.h"
#include "process/seal.h"
#include "process/stack.h"
#include "scope/figures.h"
#include "scope/scope.h"
#include "scope/status.h"
#include "sink/dispatch.h"

/* ---- The way of a record -------------------------------------------------------------------- */

static void count_record(const struct scope *scope, struct slot *slot, enum counter counter)
{
	if (scope != &process_scope)
		atomic_fetch_add_explicit(&slot->counter[counter], 1, memory_order_relaxed);
	(void)figures_count(&process_scope.slot, offsetof(struct slot, counter[counter]));
}

static uint64_t next_sequence(const struct scope_config *config)
{
	const uint64_t sequence =
		figures_count(&process_scope.slot, offsetof(struct slot, sequence)) + 1;

	return config->sequence ? sequence : 0;
}

/* said: level, message and fields of the call. */
static inline ALWAYS_INLINE struct record_source complete_source(const struct record_source *said,
								 const struct scope_config *config,
								 pid_t tid, uint64_t sequence,
								 int saved_errno)
{
	struct record_source source = *said;

	source.head = config->head;
	source.fields = config->fields;
	source.prefix = config->output.prefix[SINK_JOURNAL];
	if (LIKELY(source.facility == 0))
		source.facility = config->output.facility;
	source.tid = tid;
	source.sequence = sequence;
	source.saved_errno = saved_errno;
	return source;
}

static inline ALWAYS_INLINE struct dispatch_result send_record(struct dispatch *dispatch,
							       const struct record_source *source,
							       char *buffer, size_t capacity)
{
	struct dispatch_result result;
	struct record record;
	size_t size;

	if (dispatch_source(dispatch, source, buffer, capacity, &result))
		return result;
	size = record_compose(&record, buffer, capacity, source);
	return LIKELY(size <= capacity) ? dispatch_record(dispatch, &record)
					: dispatch_large(dispatch, source, size);
}

/* Counts a record that its primary sink did not take. */
static COLD void finish_failed(struct scope *scope, const struct dispatch *dispatch,
			       struct dispatch_result result, uint64_t sequence, int level)
{
	const bool lost = result.sent == SINK_NONE;

	loss_note_level(level);
	count_record(scope, scope_slot(scope), lost ? COUNTER_LOST : COUNTER_DIVERTED);
	loss_count(lost, sequence);
	if (dispatch->output->forced != SINK_NONE)
		notice_sink_failed(dispatch, &result, scope);
}

/* Notes when the slot's last record was, once in a tick of the coarse clock. */
static COLD void note_time(struct scope *scope, struct slot *slot, int64_t now_ns)
{
	const int64_t realtime_ns = clock_now_ns(CLOCK_REALTIME_COARSE);
	struct slot *process = scope_slot(&process_scope);

	atomic_store_explicit(&scope->tick_ns, now_ns, memory_order_relaxed);
	atomic_store_explicit(&slot->last_record_ns, realtime_ns, memory_order_relaxed);
	if (scope != &process_scope)
		atomic_store_explicit(&process->last_record_ns, realtime_ns, memory_order_relaxed);
}

static inline ALWAYS_INLINE int emit_record(const struct record_source *said,
					    const struct guard *guard, struct scope *scope,
					    int64_t now_ns, char *buffer, size_t capacity)
{
	const struct scope_config *config = scope_get_config(scope);
	struct slot *slot = scope_slot(scope);
	struct dispatch dispatch = dispatch_to(&config->output);
	struct record_source source;
	struct dispatch_result result;
	uint64_t sequence;

	dispatch.deadline.now_ns = now_ns;
	count_record(scope, slot, COUNTER_CALLED);
	if (UNLIKELY(config->burst > 0) &&
	    rate_limit_suppresses(said->level, config, slot, now_ns)) {
		count_record(scope, slot, COUNTER_SUPPRESSED);
		(void)blackbox_record(said, guard->thread, scope, guard->saved_errno, now_ns,
				      buffer, capacity);
		return 2;
	}
	loss_report_pending(&dispatch, scope);
	suppressed_report_due(&dispatch, scope);
	if (UNLIKELY(said->level <= config->blackbox_dump))
		dump_before(&dispatch);
	sequence = next_sequence(config);
	if (UNLIKELY(atomic_load_explicit(&scope->tick_ns, memory_order_relaxed) != now_ns))
		note_time(scope, slot, now_ns);
	source = complete_source(said, config,
				 atomic_load_explicit(&guard->thread->tid, memory_order_relaxed),
				 sequence, guard->saved_errno);
	result = send_record(&dispatch, &source, buffer, capacity);
	status_publish_result(slot, &result);
	if (scope != &process_scope) /* the last record of any scope is the process's last too */
		status_publish_result(scope_slot(&process_scope), &result);
	if (LIKELY(result.error == 0))
		count_record(scope, slot, COUNTER_SENT);
	else
		finish_failed(scope, &dispatch, result, sequence, said->level);
	return dispatch_status(&result);
}

/* The child of a vfork(2) has its parent's memory and must leave no trace there. A socket that the child
 * connected does not exist in the parent, where a stranger may get its number. */
static COLD int emit_in_vfork(const struct record_source *said, struct scope *scope,
			      int saved_errno, char *buffer, size_t capacity)
{
	const struct scope_config *config = scope_get_config(scope);
	struct dispatch dispatch = dispatch_to(&config->output);
	const struct record_source source =
		complete_source(said, config, (pid_t)syscall(SYS_gettid), 0, saved_errno);
	const struct dispatch_result result = send_record(&dispatch, &source, buffer, capacity);

	sinks_after_fork();
	return dispatch_status(&result);
}

/* The level where an operator has set it, or the board may have been closed. */
static COLD int level_of_slot(struct scope *scope, int64_t now_ns)
{
	const struct scope_config *config = scope_get_config(scope);
	struct slot *slot = scope_slot(scope);
	bool expired;
	const int level = slot_level(slot, (uint64_t)now_ns / 1000000, &expired);

	if (expired)
		notice_level_expired(scope, level);
	/* A board that was just closed reads as zeroes. */
	if (level == MPLOG_EMERG && !override_is_set(atomic_load(&slot->override)) && config)
		return config->level;
	return level;
}

static inline int level_of(struct scope *scope, int64_t now_ns)
{
	const struct slot *slot = scope_slot(scope);
	const int level = atomic_load_explicit(&slot->level, memory_order_relaxed);

	if (UNLIKELY(override_is_set(atomic_load_explicit(&slot->override, memory_order_relaxed)) ||
		     level <= MPLOG_EMERG || level > MPLOG_DEBUG))
		return level_of_slot(scope, now_ns);
	return level;
}

int log_level(struct thread *thread)
{
	const int64_t now_ns = clock_coarse_ns();

	refresh_if_due(thread, now_ns);
	scope_set_gate(thread); /* a reload opens the gate */
	return level_of(scope_of(thread), now_ns);
}

static inline ALWAYS_INLINE int emit_guarded(const struct record_source *said,
					     const struct guard *guard, char *buffer,
					     size_t capacity)
{
	const int64_t now_ns = clock_coarse_ns();
	struct scope *scope;

	if (!guard->in_signal)
		refresh_if_due(guard->thread, now_ns);
	scope = scope_of(guard->thread);
	if (UNLIKELY(!scope_get_config(scope)))
		return -ENOMEM;
	scope_set_gate(guard->thread);
	if (said->level > level_of(scope, now_ns))
		return blackbox_record(said, guard->thread, scope, guard->saved_errno, now_ns,
				       buffer, capacity);
	if (guard->in_signal && !seal_is_set() && getpid() != getpid_cached())
		return emit_in_vfork(said, scope, guard->saved_errno, buffer, capacity);
	return emit_record(said, guard, scope, now_ns, buffer, capacity);
}

/* A level may have a facility in it, as for syslog(3): LOG_AUTHPRIV | LOG_INFO. Returns -1 for a number
 * that is none. */
static inline int level_part(int level)
{
	return level >= MPLOG_EMERG && level <= (LOG_LOCAL7 | MPLOG_DEBUG) ? LOG_PRI(level) : -1;
}

static inline ALWAYS_INLINE int emit_source(const struct record_source *said, char *buffer,
					    size_t capacity)
{
	CLEANUP(guard_leave_inline) struct guard guard = guard_enter_inline(false);

	if (said->level < MPLOG_EMERG)
		return -EINVAL;
	if (UNLIKELY(!guard.thread))
		return -ENOMEM;
	guard_identify(&guard);
	return emit_guarded(said, &guard, buffer, capacity);
}

static inline ALWAYS_INLINE int emit_message(const struct mplog_site *site, int level, int error,
					     const struct mplog_field *fields, size_t n,
					     const char *fmt, va_list *ap)
{
	char buffer[RECORD_STACK_SIZE];
	const struct record_source said = {
		.site = site,
		.level = level_part(level),
		.facility = LOG_FAC(level),
		.error = error,
		.call_fields = fields,
		.n_call_fields = fields ? n : 0,
		.fmt = fmt ? fmt : "",
		.ap = ap,
	};

	return emit_source(&said, buffer, sizeof(buffer));
}

/* ---- The calls ------------------------------------------------------------------------------- */

/* Everything is inlined into each call: after a system call each return costs, see compiler.h. */
int mplog_emit(const struct mplog_site *site, int level, int error,
	       const struct mplog_field *fields, size_t n, const char *fmt, ...)
{
	va_list ap;
	int r;

	va_start(ap, fmt);
	if (blackbox_takes(site, level, error, fields, n, fmt, &ap))
		r = 0;
	else
		r = emit_message(site, level, error, fields, n, fmt, &ap);
	va_end(ap);
	return r;
}

int mplog_vemit(const struct mplog_site *site, int level, int error,
		const struct mplog_field *fields, size_t n, const char *fmt, va_list ap)
{
	va_list copy;
	int r;

	va_copy(copy, ap); /* the address of a parameter may have another type */
	if (blackbox_takes(site, level, error, fields, n, fmt, &copy))
		r = 0;
	else
		r = emit_message(site, level, error, fields, n, fmt, &copy);
	va_end(copy);
	return r;
}

int log_source(struct record_source *said, int level)
{
	char buffer[RECORD_STACK_SIZE];

	said->level = level_part(level);
	said->facility = LOG_FAC(level);
	return emit_source(said, buffer, sizeof(buffer));
}

struct writing {
	const struct guard *guard;
	const struct record_source *said;
	int r;
};

static void write_on_stack(void *argument)
{
	char buffer[RECORD_STACK_SIZE];
	struct writing *writing = argument;

	guard_identify(writing->guard);
	writing->r = emit_guarded(writing->said, writing->guard, buffer, sizeof(buffer));
}

/* A handler on sigaltstack(2) may have little more than the kernel's own frame takes. */
int mplog_write(int level, const char *message, size_t length)
{
	CLEANUP(guard_leave) struct guard guard = guard_enter(true);
	const struct record_source said = {
		.level = level_part(level),
		.facility = LOG_FAC(level),
		.message = { message, message ? length : 0 },
	};
	struct writing writing = { .guard = &guard, .said = &said };

	if (said.level < MPLOG_EMERG || length > PTRDIFF_MAX)
		return -EINVAL;
	if (!guard.thread)
		return -ENOMEM;
	stack_run(write_on_stack, &writing);
	return writing.r;
}
