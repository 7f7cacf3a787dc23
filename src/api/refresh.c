/* SPDX-License-Identifier: MIT */
#include "api/refresh.h"

#include <errno.h>
#include <stdatomic.h>
#include <time.h>

#include "base/clock.h"
#include "base/timestamp.h"
#include "board/board.h"
#include "board/slot.h"
#include "conf/conf.h"
#include "notice/conf-errors.h"
#include "notice/dead-rings.h"
#include "notice/notice.h"
#include "process/fork-detect.h"
#include "process/lock.h"
#include "process/seal.h"
#include "process/stack.h"
#include "scope/context.h"
#include "scope/scope.h"
#include "scope/status.h"

enum {
	CHECK_INTERVAL_MS = 1000,
	DEFER_MS = 100, /* a reload that was asked for waits for a file that is being written */
	DEFER_STEP_MS = 10
};

HOT_DATA _Atomic int64_t refresh_tick_ns;

/* A child inherits both on purpose: a second after its parent did, the child looks at the files. */
static HOT_DATA struct {
	_Atomic int64_t checked_ms;  /* the coarse clock when this process last looked */
	_Atomic uint32_t generation; /* the last board.files_generation that was loaded */
} files;

/* A request whose answer waits: one that is answered by calls must not make one of them wait. Under
 * global_lock(), but for tick_ns. */
static struct {
	uint32_t request;
	int64_t since_ns;
	_Atomic int64_t tick_ns; /* of the last attempt */
} deferred;

/* ---- Loading the files again ----------------------------------------------------------------- */

static int load_files(unsigned flags)
{
	const struct context *context = context_get();
	const struct board *board = board_get();
	const uint32_t reload_generation = board ? atomic_load(&board->reload_generation) : 0;
	struct context *next;
	struct conf *conf;
	int r;

	r = conf_load(&context->options, context->conf, flags, NULL, NULL, &conf);
	if (!conf) {
		conf_errors_report_no_memory(&process_scope, context->options.file);
		return r;
	}
	next = context_copy(context, conf);
	if (!next) {
		conf_free(conf);
		return -ENOMEM;
	}
	next->reload_generation = reload_generation;
	next->awaits_file =
		conf_has_deferred(conf) && (flags & CONF_DROP_MISSING || context->awaits_file);
	context_publish(next);
	return r;
}

/* The same number in all processes of a run that have these versions of the files in force: one of the
 * processes reports that they were loaded. */
static uint64_t version_key(const struct conf *conf)
{
	const struct board *board = board_get();
	uint64_t key = 1;

	if (board)
		key += atomic_load(&board->files_generation) +
		       atomic_load(&board->reload_generation);
	for (size_t i = 0; conf && i < conf_n_files(conf); i++) {
		const struct conf_file_status file = conf_file_status(conf, i);

		key ^= (uint64_t)file.mtime.tv_sec << 32 | (uint64_t)file.mtime.tv_nsec;
		key = notice_key(key, file.path);
	}
	return key;
}

struct reload {
	unsigned flags; /* CONF_DROP_MISSING */
	enum reload_result result;
	int r; /* as mplog_reload() returns */
};

static enum reload_result result_of(const struct conf *before, int r)
{
	const struct conf *conf = context_get()->conf;

	/* Of a file that is being written the mistake is that of its version before. */
	if (conf_has_deferred(conf))
		return RELOAD_DEFERRED;
	if (r < 0)
		return RELOAD_KEPT;
	/* A file that was written a moment ago is loaded again, and often unchanged. */
	return conf_is_same(before, conf) ? RELOAD_UNCHANGED : RELOAD_DONE;
}

static void reload_on_stack(void *argument)
{
	struct reload *reload = argument;
	const struct conf *conf = context_get()->conf;

	reload->result = RELOAD_FROZEN;
	/* Another thread may have closed the library before the lock was taken. */
	if (conf && fork_malloc_is_safe() && !conf_root_changed(conf)) {
		timestamp_init(); /* the time zone may have changed too */
		reload->r = load_files(reload->flags);
		reload->result = result_of(conf, reload->r);
	}
	(void)status_publish_files();
	if (reload->result != RELOAD_DEFERRED || context_get()->awaits_file)
		slot_await_file(scope_slot(&process_scope), reload->result);
	global_unlock();
	thread_open_gates();
	scope_update(&process_scope);
	conf_errors_report(&process_scope, context_get()->conf);
	if (reload->result == RELOAD_DONE)
		notice_reloaded(version_key(context_get()->conf));
}

/* Loads the files again and releases global_lock(), which the caller has taken. */
static struct reload reload_files(unsigned flags)
{
	struct reload reload = { .flags = flags };

	stack_run(reload_on_stack, &reload);
	stack_trim();
	return reload;
}

/* ---- Reloads that the operator or the program asks for ----------------------------------------- */

/* The caller holds global_lock(). */
static bool may_be_deferred(uint32_t request, int64_t now_ns)
{
	if (deferred.since_ns == 0 || deferred.request != request) {
		deferred.request = request;
		deferred.since_ns = now_ns;
	}
	return now_ns - deferred.since_ns < DEFER_MS * NS_PER_MS;
}

static void answer_request(struct slot *slot, int64_t now_ns)
{
	const uint32_t requested = atomic_load(&slot->reload_requested);
	struct reload reload;
	bool may_defer;

	/* Another thread reloads, or a file is being written: a later call answers. */
	if (now_ns == atomic_load(&deferred.tick_ns) || !global_trylock())
		return;
	may_defer = may_be_deferred(requested, now_ns);
	reload = reload_files(CONF_DROP_MISSING);
	if (reload.result == RELOAD_DEFERRED && may_defer) {
		atomic_store(&deferred.tick_ns, now_ns);
		return;
	}
	slot_answer_reload(slot, requested, reload.result);
	/* Another thread may have found the file whole meanwhile. */
	if (reload.result == RELOAD_DEFERRED && !context_get()->awaits_file)
		slot_await_file(slot, RELOAD_DONE);
}

/* The files of a scope are those of the process. */
static void answer_for_scope(struct slot *slot)
{
	const struct slot *process = scope_slot(&process_scope);
	const enum reload_result result = (enum reload_result)atomic_load(&process->reload_result);

	if (slot == process || slot_reload_requested(process))
		return;
	if (slot_reload_requested(slot))
		slot_answer_reload(slot, atomic_load(&slot->reload_requested), result);
	else
		slot_await_file(slot, result);
}

int refresh_now(struct thread *thread, bool may_wait)
{
	const struct timespec step = { .tv_nsec = DEFER_STEP_MS * NS_PER_MS };
	const int64_t begin_ns = clock_now_ns(CLOCK_MONOTONIC);
	struct board *board = board_get();
	struct reload reload;

	if (!context_get()->conf || seal_is_set())
		return 0;
	if (board) /* the other processes of the run reload with their next record */
		atomic_store(&files.generation, atomic_fetch_add(&board->files_generation, 1) + 1);
	for (;;) {
		global_lock();
		reload = reload_files(CONF_DROP_MISSING);
		if (reload.result != RELOAD_DEFERRED || !may_wait ||
		    clock_now_ns(CLOCK_MONOTONIC) - begin_ns >= DEFER_MS * NS_PER_MS)
			break;
		(void)nanosleep(&step, NULL); /* without the lock: other threads may fork */
	}
	scope_update(scope_of(thread));
	answer_for_scope(scope_slot(scope_of(thread)));
	scope_set_gate(thread);
	return reload.r;
}

/* ---- Files that have changed ------------------------------------------------------------------ */

static bool is_requested_by_program(void)
{
	const struct board *board = board_get();

	return board && atomic_load(&board->files_generation) != atomic_load(&files.generation);
}

/* A file that was being written at the last look is looked at again soon. */
static bool is_due(const struct conf *conf, int64_t now_ms)
{
	const int64_t interval_ms = conf_is_racy(conf) ? CONF_SETTLE_MS : CHECK_INTERVAL_MS;

	return is_requested_by_program() || now_ms - atomic_load(&files.checked_ms) >= interval_ms;
}

/* The caller holds global_lock(). CONF is NULL where the library was closed before. */
static bool have_files_changed(const struct conf *conf, int64_t now_ms)
{
	const struct board *board = board_get();
	const bool is_requested = is_requested_by_program();

	atomic_store(&files.checked_ms, now_ms);
	if (is_requested)
		atomic_store(&files.generation, atomic_load(&board->files_generation));
	return conf && (is_requested || conf_is_stale(conf));
}

static void check_files(int64_t now_ms)
{
	const struct conf *conf = context_get()->conf;

	if (!conf || !fork_malloc_is_safe() || !is_due(conf, now_ms) || !global_trylock())
		return;
	if (have_files_changed(context_get()->conf, now_ms)) {
		(void)reload_files(0);
		return;
	}
	/* One that was awaited and is out of reach now: in another root, or without the right to read it. */
	slot_await_file(scope_slot(&process_scope), RELOAD_FROZEN);
	global_unlock();
}

static void refuse_request(struct slot *slot)
{
	if (slot_reload_requested(slot))
		slot_answer_reload(slot, atomic_load(&slot->reload_requested), RELOAD_FROZEN);
	else
		slot_await_file(slot, RELOAD_FROZEN);
}

void refresh_slow(struct thread *thread, int64_t now_ns)
{
	struct scope *scope = scope_of(thread);
	struct slot *slot = scope_slot(scope);

	if (seal_is_set()) {
		atomic_store_explicit(&refresh_tick_ns, now_ns, memory_order_relaxed);
		refuse_request(scope_slot(&process_scope));
		refuse_request(slot);
		return;
	}
	/* Before the files are checked: the operator is to be told what the reload changed. */
	if (slot_reload_requested(scope_slot(&process_scope)))
		answer_request(scope_slot(&process_scope), now_ns);
	if (now_ns != atomic_exchange_explicit(&refresh_tick_ns, now_ns, memory_order_relaxed)) {
		check_files(now_ns / 1000000);
		dead_rings_dump_all(now_ns, true);
	}
	answer_for_scope(slot);
	if (scope->generation == context_generation())
		return;
	scope_update(scope);
	scope_set_gate(thread);
}
