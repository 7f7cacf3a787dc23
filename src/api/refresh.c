/* SPDX-License-Identifier: MIT */
#include "api/refresh.h"

#include <errno.h>
#include <stdatomic.h>

#include "board/board.h"
#include "conf/conf.h"
#include "notice/conf-errors.h"
#include "notice/notice.h"
#include "process/lock.h"
#include "scope/context.h"
#include "scope/status.h"

#include "board/slot.h"
#include "process/fork-detect.h"
#include "scope/scope.h"

enum { CHECK_INTERVAL_MS = 1000 };

HOT_DATA _Atomic int64_t refresh_tick_ns;

/* A child inherits both on purpose: so it looks at the files a second after its parent did. */
static HOT_DATA struct {
	_Atomic int64_t checked_ms;  /* the coarse clock when this process last looked */
	_Atomic uint32_t generation; /* the last board.files_generation that was answered */
} files;

/* ---- Loading the files again ----------------------------------------------------------------- */

static int load(unsigned flags)
{
	const struct context *context = context_get();
	struct context *next;
	struct conf *conf;
	int r;

	r = conf_load(&context->options, context->conf, flags, NULL, NULL, &conf);
	if (!conf) {
		conf_errors_report_no_memory(context->options.file);
		return r;
	}
	next = context_copy(context, conf);
	if (!next) {
		conf_free(conf);
		return -ENOMEM;
	}
	context_publish(next);
	return r;
}

/* The same in all processes of a run that have these versions of the files in force: so one of them
 * reports that they were loaded. */
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

/* FLAGS: CONF_DROP_MISSING. The caller holds global_lock(); it is given up here. Returns as
 * mplog_reload(). */
static int reload(unsigned flags, enum reload_result *ret_answer)
{
	const struct conf *conf = context_get()->conf;
	int r = 0;

	*ret_answer = RELOAD_FROZEN;
	/* The program may have been closed since the caller looked. */
	if (conf && fork_malloc_is_safe() && !conf_root_changed(conf)) {
		r = load(flags);
		/* A file that was written a moment ago is looked at again, and mostly found to be
		 * the same. */
		*ret_answer =
			conf_is_same(conf, context_get()->conf) ? RELOAD_UNCHANGED : RELOAD_DONE;
	}
	status_publish_files(); /* a slot's texts have one writer at a time */
	global_unlock();
	if (r < 0)
		*ret_answer = RELOAD_KEPT;
	thread_open_gates();
	scope_update(&process_scope);
	conf_errors_report(context_get()->conf);
	if (*ret_answer == RELOAD_DONE)
		notice_reloaded(version_key(context_get()->conf));
	return r;
}

/* ---- What people asked for ------------------------------------------------------------------- */

static void answer(struct slot *slot)
{
	const uint32_t asked = atomic_load(&slot->reload_requested);
	enum reload_result answer;

	if (!global_trylock())
		return; /* another thread is at it: with the next call */
	(void)reload(CONF_DROP_MISSING, &answer);
	atomic_store(&slot->reload_result, (int)answer);
	atomic_store(&slot->reload_completed, asked);
	slot_open_gate(slot);
}

/* ---- What the program asked for -------------------------------------------------------------- */

int refresh_now(struct thread *thread)
{
	struct board *board = board_get();
	enum reload_result answer;
	int r;

	if (!context_get()->conf)
		return 0;
	if (board) /* the others of the run look with their next record */
		atomic_store(&files.generation, atomic_fetch_add(&board->files_generation, 1) + 1);
	global_lock();
	r = reload(CONF_DROP_MISSING, &answer);
	scope_update(scope_of(thread));
	scope_set_gate(thread);
	return r;
}

/* ---- With each call -------------------------------------------------------------------------- */

static bool is_asked_by_program(void)
{
	const struct board *board = board_get();

	return board && atomic_load(&board->files_generation) != atomic_load(&files.generation);
}

/* A file that was being written when it was last looked at is not left alone for long. */
static bool is_due(const struct conf *conf, int64_t now_ms)
{
	const int64_t interval_ms = conf_is_racy(conf) ? CONF_SETTLE_MS : CHECK_INTERVAL_MS;

	return is_asked_by_program() || now_ms - atomic_load(&files.checked_ms) >= interval_ms;
}

/* The lock is held: CONF is none where the program was closed before that. */
static bool have_files_changed(const struct conf *conf, int64_t now_ms)
{
	const struct board *board = board_get();
	const bool is_asked = is_asked_by_program();

	atomic_store(&files.checked_ms, now_ms);
	if (is_asked)
		atomic_store(&files.generation, atomic_load(&board->files_generation));
	return conf && (is_asked || conf_is_stale(conf));
}

static void look_at_files(int64_t now_ms)
{
	const struct conf *conf = context_get()->conf;
	enum reload_result answer;

	if (!conf || !fork_malloc_is_safe() || !is_due(conf, now_ms) || !global_trylock())
		return;
	if (have_files_changed(context_get()->conf, now_ms))
		(void)reload(0, &answer);
	else
		global_unlock();
}

void refresh_slow(struct thread *thread, int64_t now_ns)
{
	struct scope *scope = scope_of(thread);
	struct slot *slot = scope_slot(scope);

	/* Before the files are looked at: the operator who edited one is to hear what came of it. */
	if (slot_reload_requested(scope_slot(&process_scope)))
		answer(scope_slot(&process_scope));
	if (now_ns != atomic_exchange_explicit(&refresh_tick_ns, now_ns, memory_order_relaxed))
		look_at_files(now_ns / 1000000);
	if (scope != &process_scope && slot_reload_requested(slot)) {
		atomic_store(&slot->reload_completed, atomic_load(&slot->reload_requested));
		slot_open_gate(slot);
	}
	if (scope->generation == context_generation())
		return;
	scope_update(scope);
	scope_set_gate(thread);
}
