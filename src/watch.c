/* SPDX-License-Identifier: MIT */
#include "watch.h"

#include "board.h"
#include "conf.h"
#include "program.h"
#include "reload.h"
#include "scope.h"
#include "self.h"

enum { CHECK_INTERVAL_MS = 1000 };

_Atomic int64_t watch_tick_ns;
static _Atomic int64_t loaded_ms; /* likewise, when this process last loaded because of a change */

/* ---- What people asked for ------------------------------------------------------------------- */

static void answer(struct slot *slot)
{
	const uint32_t asked = atomic_load(&slot->reload_asked);
	enum reload_answer answer;

	if (!self_try_lock())
		return; /* another thread is at it: with the next call */
	(void)reload(CONF_DROP_MISSING, &answer);
	atomic_store(&slot->reload_answer, (int)answer);
	atomic_store(&slot->reload_answered, asked);
	slot_open_gate(slot);
}

/* ---- What the program asked for -------------------------------------------------------------- */

int watch_reload(struct thread *thread)
{
	struct board *board = board_get();
	enum reload_answer answer;
	int r;

	if (!program_get()->conf)
		return 0;
	if (board) /* the others of the run look with their next record */
		reload_set_version(atomic_fetch_add(&board->files_generation, 1) + 1);
	self_lock();
	r = reload(CONF_DROP_MISSING, &answer);
	scope_refresh(scope_of(thread));
	scope_set_gate(thread);
	return r;
}

/* ---- With each call -------------------------------------------------------------------------- */

/* What this process has read may be behind: what others of the tree read tells nothing of that. */
static bool is_behind(const struct conf *conf, int64_t now_ms)
{
	return conf_is_racy(conf) && now_ms - atomic_load(&loaded_ms) >= CONF_SETTLE_MS;
}

static bool is_due(struct board *board, const struct conf *conf, int64_t now_ms)
{
	return is_behind(conf, now_ms) ||
	       atomic_load(&board->files_generation) != reload_version() ||
	       now_ms - atomic_load(&board->files_checked_ms) >= CHECK_INTERVAL_MS;
}

/* True for the one of the tree that looks this second. Who cannot see the files leaves it to others. */
static bool is_our_turn(struct board *board, const struct conf *conf, int64_t now_ms)
{
	int64_t checked_ms = atomic_load(&board->files_checked_ms);

	return now_ms - checked_ms >= CHECK_INTERVAL_MS && !conf_root_changed(conf) &&
	       atomic_compare_exchange_strong(&board->files_checked_ms, &checked_ms, now_ms);
}

static bool have_files_changed(struct board *board, const struct conf *conf, int64_t now_ms)
{
	const uint32_t generation = atomic_load(&board->files_generation);

	if (generation != reload_version()) {
		reload_set_version(generation);
		return true;
	}
	if (is_behind(conf, now_ms))
		return true;
	if (!is_our_turn(board, conf, now_ms) || !conf_is_stale(conf))
		return false;
	reload_set_version(atomic_fetch_add(&board->files_generation, 1) + 1);
	return true;
}

static void look_at_files(int64_t now_ms)
{
	struct board *board = board_get();
	const struct conf *conf = program_get()->conf;
	enum reload_answer answer;

	if (!board || !conf || !self_may_parse() || !is_due(board, conf, now_ms) ||
	    !self_try_lock())
		return;
	if (!have_files_changed(board, program_get()->conf, now_ms)) {
		self_unlock();
		return;
	}
	atomic_store(&loaded_ms, now_ms);
	(void)reload(0, &answer);
}

void watch_what_is_due(struct thread *thread, int64_t now_ns)
{
	struct scope *scope = scope_of(thread);
	struct slot *slot = scope_slot(scope);

	/* Before the files are looked at: who edited one is to hear what came of that. */
	if (watch_is_asked(scope_slot(&process_scope)))
		answer(scope_slot(&process_scope));
	if (now_ns != atomic_exchange_explicit(&watch_tick_ns, now_ns, memory_order_relaxed))
		look_at_files(now_ns / 1000000);
	if (scope != &process_scope && watch_is_asked(slot)) {
		atomic_store(&slot->reload_answered, atomic_load(&slot->reload_asked));
		slot_open_gate(slot);
	}
	if (scope->generation == program_generation())
		return;
	scope_refresh(scope);
	scope_set_gate(thread);
}
