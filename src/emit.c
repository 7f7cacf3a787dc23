/* SPDX-License-Identifier: MIT */
#include "emit.h"

#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "call.h"
#include "clock.h"
#include "memory.h"
#include "say.h"
#include "self.h"
#include "tell.h"
#include "watch.h"

enum {
	/* A usual record with room to spare. */
	BUFFER_SIZE = 4096,
	/* A signal handler's stack may have SIGSTKSZ bytes, 8 KiB, in all. */
	BUFFER_SIZE_IN_SIGNAL = 1024,
};

/* ---- The way of a record -------------------------------------------------------------------- */

static void count(const struct scope *scope, struct slot *slot, enum counter counter)
{
	struct slot *process = scope_slot(&process_scope);

	atomic_fetch_add_explicit(&slot->counter[counter], 1, memory_order_relaxed);
	if (scope != &process_scope)
		atomic_fetch_add_explicit(&process->counter[counter], 1, memory_order_relaxed);
}

static void note_time(const struct scope *scope, struct slot *slot)
{
	const int64_t now_ns = clock_now_ns(CLOCK_REALTIME_COARSE);
	struct slot *process = scope_slot(&process_scope);

	atomic_store_explicit(&slot->last_record_ns, now_ns, memory_order_relaxed);
	if (scope != &process_scope)
		atomic_store_explicit(&process->last_record_ns, now_ns, memory_order_relaxed);
}

/* The process's last record is that of any of its scopes. */
static void note_sink(const struct scope *scope, const struct slot *slot)
{
	struct slot *process = scope_slot(&process_scope);

	if (scope == &process_scope)
		return;
	atomic_store_explicit(&process->sink, slot->sink, memory_order_relaxed);
	atomic_store_explicit(&process->sink_error, slot->sink_error, memory_order_relaxed);
}

static uint64_t next_sequence(const struct voice *voice)
{
	struct slot *process = scope_slot(&process_scope);
	const uint64_t sequence =
		atomic_fetch_add_explicit(&process->sequence, 1, memory_order_relaxed) + 1;

	return voice->sequence ? sequence : 0;
}

/* A token bucket as one word, the moment at which it is full again: taking a token moves it on by
 * interval / burst, and there is none left where it lies more than interval ahead. */
static bool has_token(const struct voice *voice, struct slot *slot, int64_t now_ns)
{
	const int64_t interval_ns = (int64_t)voice->interval_ms * 1000000;
	const int64_t token_ns = interval_ns / voice->burst;
	int64_t full_ns = atomic_load(&slot->bucket_full_ns);
	int64_t next_ns;

	do {
		next_ns = (full_ns > now_ns ? full_ns : now_ns) + token_ns;
		if (next_ns - now_ns > interval_ns)
			return false;
	} while (!atomic_compare_exchange_weak(&slot->bucket_full_ns, &full_ns, next_ns));
	return true;
}

static bool is_suppressed(const struct emission *emission, const struct voice *voice,
			  struct slot *slot, int64_t now_ns)
{
	if (!voice->burst || emission->level <= MPLOG_ERR || has_token(voice, slot, now_ns))
		return false;
	tell_note_suppressed(slot);
	return true;
}

static struct record_source describe(const struct emission *emission, const struct voice *voice,
				     pid_t tid, uint64_t sequence, int saved_errno)
{
	return (struct record_source){
		.head = voice->head,
		.fields = voice->fields,
		.prefix = voice->style.prefix[SINK_JOURNAL],
		.level = emission->level,
		.error = emission->error,
		.tid = tid,
		.sequence = sequence,
		.site = emission->site,
		.call_fields = emission->fields,
		.n_call_fields = emission->n_fields,
		.fmt = emission->fmt,
		.ap = emission->ap,
		.message = emission->message,
		.saved_errno = saved_errno,
	};
}

static int send_large(struct route *route, const struct record_source *source, size_t size)
{
	char *buffer = memory_map(size);
	struct record record;
	int r;

	if (!buffer)
		return -ENOMEM;
	(void)record_compose(&record, buffer, size, source);
	r = route_record(route, &record);
	memory_unmap(buffer, size);
	return r;
}

/* Apart, so that signal handlers do not pay for the larger buffer. */
__attribute__((noinline)) static int send_small(struct route *route,
						const struct record_source *source)
{
	char buffer[BUFFER_SIZE];
	struct record record;
	const size_t size = record_compose(&record, buffer, sizeof(buffer), source);

	return size <= sizeof(buffer) ? route_record(route, &record)
				      : send_large(route, source, size);
}

__attribute__((noinline)) static int send_in_signal(struct route *route,
						    const struct record_source *source)
{
	char buffer[BUFFER_SIZE_IN_SIGNAL];
	struct record record;
	const size_t size = record_compose(&record, buffer, sizeof(buffer), source);

	return size <= sizeof(buffer) ? route_record(route, &record)
				      : send_large(route, source, size);
}

static void finish(const struct scope *scope, struct slot *slot, int r, uint64_t sequence)
{
	count(scope, slot, r == 0 ? COUNTER_SENT : r == 1 ? COUNTER_DIVERTED : COUNTER_LOST);
	note_sink(scope, slot);
	if (r != 0)
		tell_note(r < 0, sequence);
}

/* mplog's own records take more stack than a handler on sigaltstack(2) may have: there they wait
 * for the next call. */
static bool may_tell(const struct emission *emission)
{
	stack_t stack = { .ss_flags = 0 };

	return !emission->in_signal || sigaltstack(NULL, &stack) < 0 ||
	       !(stack.ss_flags & SS_ONSTACK);
}

static int emit_record(const struct emission *emission, const struct call *call,
		       struct scope *scope, int64_t now_ns)
{
	const struct voice *voice = scope_voice(scope);
	struct slot *slot = scope_slot(scope);
	struct route route = route_of(scope);
	const bool tells = may_tell(emission);
	struct record_source source;
	uint64_t sequence;
	int r;

	route.deadline.now_ns = now_ns;
	count(scope, slot, COUNTER_CALLED);
	if (is_suppressed(emission, voice, slot, now_ns)) {
		count(scope, slot, COUNTER_SUPPRESSED);
		return 2;
	}
	if (tells) {
		route.first_error = tell_lost(&route);
		tell_suppressed_in_time(&route, slot);
	}
	sequence = next_sequence(voice);
	note_time(scope, slot);
	source = describe(emission, voice, atomic_load(&call->thread->tid), sequence,
			  call->saved_errno);
	r = emission->in_signal ? send_in_signal(&route, &source) : send_small(&route, &source);
	finish(scope, slot, r, sequence);
	if (r != 0 && tells && voice->sink != SINK_CHOICE_AUTO)
		tell_sink(&route);
	return r;
}

/* The child of a vfork(2) has its parent's memory: it leaves no trace in it. A socket that it may
 * have connected is none in its parent, where a stranger may get that number. */
static int emit_in_vfork(const struct emission *emission, struct scope *scope, int saved_errno)
{
	struct route route = route_of(scope);
	const struct record_source source =
		describe(emission, route.voice, (pid_t)syscall(SYS_gettid), 0, saved_errno);
	int r;

	route.slot = NULL;
	r = send_in_signal(&route, &source);
	sinks_renew();
	return r;
}

static int level_of(struct scope *scope, int64_t now_ns)
{
	const struct voice *voice = scope_voice(scope);
	struct slot *slot = scope_slot(scope);
	bool expired;
	const int level = slot_level(slot, (uint64_t)now_ns / 1000000, &expired);

	if (expired)
		say_level_expired(scope, level);
	/* A board that has just gone reads as zeroes. */
	if (level == MPLOG_EMERG && !atomic_load(&slot->person) && voice)
		return voice->level;
	return level;
}

int emit_level(struct thread *thread)
{
	const int64_t now_ns = clock_now_ns(CLOCK_MONOTONIC_COARSE);

	watch(thread, now_ns);
	return level_of(scope_of(thread), now_ns);
}

static int emit_in_call(const struct emission *emission, const struct call *call)
{
	const int64_t now_ns = clock_now_ns(CLOCK_MONOTONIC_COARSE);
	struct scope *scope;

	if (!call->in_signal)
		watch(call->thread, now_ns);
	scope = scope_of(call->thread);
	if (!scope_voice(scope))
		return -ENOMEM;
	scope_set_gate(call->thread);
	if (emission->level > level_of(scope, now_ns))
		return 0;
	if (call->in_signal && getpid() != self_pid())
		return emit_in_vfork(emission, scope, call->saved_errno);
	return emit_record(emission, call, scope, now_ns);
}

int emit(const struct emission *emission)
{
	CLEANUP(call_end) struct call call = call_begin(emission->in_signal);

	if (emission->level < MPLOG_EMERG || emission->level > MPLOG_DEBUG)
		return -EINVAL;
	if (!call.thread)
		return -ENOMEM;
	call_settle(&call);
	return emit_in_call(emission, &call);
}
