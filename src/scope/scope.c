/* SPDX-License-Identifier: MIT */
#include "scope/scope.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "base/pages.h"
#include "board/board.h"
#include "board/override.h"
#include "board/slot.h"
#include "process/fork-detect.h"
#include "process/lock.h"
#include "scope/context.h"
#include "scope/figures.h"

HOT_DATA struct scope process_scope = { .slot = &process_scope.own_slot };

void scope_change_gate(struct thread *thread)
{
	struct scope *scope = scope_of(thread);
	struct slot *slot = scope_slot(scope);
	const int *gate = &slot->gate;

	if (scope->generation != context_generation())
		gate = &open_gate;
	if (__atomic_load_n(&mplog_gate_, __ATOMIC_RELAXED) == gate)
		return;
	/* A publisher stores the new generation, then opens all gates. If the store below overwrote
	 * its open gate, the check behind it sees the new generation and opens the gate again. */
	__atomic_store_n(&mplog_gate_, gate, __ATOMIC_SEQ_CST);
	atomic_thread_fence(memory_order_seq_cst);
	if (scope->generation != context_generation() || scope_slot(scope) != slot)
		__atomic_store_n(&mplog_gate_, &open_gate, __ATOMIC_RELAXED);
}

/* ---- Configurations -------------------------------------------------------------------------- */

void scope_get_params(struct scope *scope, struct scope_params *params)
{
	const struct scope_config *config = scope_get_config(scope);

	*params = (struct scope_params){
		.process = config->process,
		.parent = config->parent,
		.number = config->number,
		.pid = getpid_cached(),
		.program_level = config->program_level,
		.fields = config->own_fields,
	};
	context_fill_params(params);
}

static void publish_level(struct slot *slot, const struct scope_config *config)
{
	atomic_store(&slot->level_by, (int)config->level_by);
	atomic_store(&slot->level, config->level);
	atomic_store(&slot->blackbox_level, board_has_rings() ? config->blackbox_level + 1 : 0);
	slot_write_text(slot, slot->origin, sizeof(slot->origin), config->origin);
	slot_open_gate(slot);
}

static int replace_config(struct scope *scope, const struct scope_params *params)
{
	struct scope_config *config = scope_config_new(params);
	struct scope_config *before;

	if (!config)
		return -ENOMEM;
	before = atomic_exchange(&scope->config, config);
	scope->generation = params->generation;
	if (before)
		scope_config_retire(before);
	return 0;
}

static struct slot *clear_own_slot(struct scope *scope)
{
	memset(&scope->own_slot, 0, sizeof(scope->own_slot));
	atomic_store(&scope->own_slot.sink, -1);
	return &scope->own_slot;
}

/* False too where that board was closed and another one opened since. */
static bool is_on_board(const struct slot *slot, uint32_t board)
{
	return board_index(slot) >= 0 && board == board_generation();
}

/* Where the scope's board was closed, the scope goes on with its own slot. */
static void leave_closed_board(struct scope *scope)
{
	if (scope == &process_scope || scope_slot(scope) == &scope->own_slot ||
	    is_on_board(scope_slot(scope), scope->board))
		return;
	atomic_store(&scope->slot, clear_own_slot(scope));
}

int scope_set_config(struct scope *scope, const struct scope_params *params)
{
	const int r = replace_config(scope, params);

	if (r < 0)
		return r;
	/* A closed board changes the generation last: params has an older one, or this sees it. */
	leave_closed_board(scope);
	publish_level(scope_slot(scope), scope_get_config(scope));
	return 0;
}

void scope_update(struct scope *scope)
{
	struct scope_params params;

	if (scope->generation == context_generation())
		return;
	if (scope == &process_scope && !global_trylock())
		return; /* another thread makes it */
	scope_get_params(scope, &params);
	(void)scope_set_config(scope, &params);
	if (scope == &process_scope)
		global_unlock();
}

/* ---- Slots ---------------------------------------------------------------------------------- */

/* The generation is read first: where another board is opened meanwhile, the scope takes its slot for one of
 * a closed board, and leaves it. */
static struct slot *take_board_slot(struct scope *scope)
{
	scope->board = board_generation();
	return board_take(getpid_cached(), fork_in_other_pidns());
}

static struct slot *take_slot(struct scope *scope)
{
	struct slot *slot = take_board_slot(scope);

	return slot ? slot : clear_own_slot(scope);
}

static void fill_slot(struct slot *slot, const struct scope_config *config)
{
	const struct context *context = context_get();
	const bool awaits_file = context->awaits_file && fork_malloc_is_safe();

	slot_write_text(slot, slot->name, sizeof(slot->name), config->process);
	slot_write_text(slot, slot->parent_name, sizeof(slot->parent_name), config->parent);
	atomic_store(&slot->number, config->number);
	atomic_store(&slot->reload_requested, context->reload_generation);
	atomic_store(&slot->reload_completed, context->reload_generation);
	atomic_store(&slot->reload_result, awaits_file ? RELOAD_DEFERRED : RELOAD_PENDING);
	publish_level(slot, config);
}

/* A child that was forked before the operator's request, with the files of then, may have got its slot
 * after it. */
static void request_missed_reload(struct slot *slot)
{
	const struct board *board = board_get();
	const uint32_t generation = board ? atomic_load(&board->reload_generation) : 0;

	if (generation != atomic_load(&slot->reload_completed))
		slot_request_reload(slot, generation);
}

static void show_slot(struct scope *scope, struct slot *slot, enum slot_phase phase)
{
	atomic_store(&scope->tick_ns, 0);
	board_show(slot, phase);
	/* Once the slot is visible: no order is missed. */
	override_apply(slot, scope_get_config(scope)->process);
	request_missed_reload(slot);
}

int scope_begin_process(struct scope *scope, const struct scope_params *params,
			const struct slot *parent)
{
	const int r = replace_config(scope, params);
	struct slot *slot = r == 0 ? take_slot(scope) : clear_own_slot(scope);

	if (!scope_get_config(scope))
		return r;
	atomic_store(&slot->parent, parent ? board_index(parent) : -1);
	fill_slot(slot, scope_get_config(scope));
	atomic_store(&scope->slot, slot);
	show_slot(scope, slot, SLOT_PROCESS);
	return r;
}

/* ---- The board that comes and goes -------------------------------------------------------------- */

int scope_join_board(struct scope *scope, const struct scope_params *params)
{
	const int r = replace_config(scope, params);
	struct slot *slot = r == 0 ? take_board_slot(scope) : NULL;

	if (!slot) {
		publish_level(scope_slot(scope), scope_get_config(scope));
		return r;
	}
	fill_slot(slot, scope_get_config(scope));
	figures_move(&scope->slot, &scope->own_slot, slot);
	show_slot(scope, slot, SLOT_PROCESS);
	return r;
}

/* The level is copied before the slot is switched: a concurrent call must not read a zeroed one. */
void scope_quit_board(struct scope *scope)
{
	struct slot *own = &scope->own_slot;
	const struct slot *shared = scope_slot(scope);

	slot_await_file(own, RELOAD_FROZEN);
	if (shared == own)
		return;
	atomic_store(&own->level, atomic_load(&shared->level));
	slot_open_gate(own);
	figures_move(&scope->slot, own, own);
}

/* ---- Entering and leaving ------------------------------------------------------------------- */

/* A loop over tasks takes one slot from the board, not one a task. */
static struct slot *take_spare_slot(struct thread *thread, struct scope *scope)
{
	struct slot *slot = thread->spare_slot;
	const uint32_t text_sequence = slot ? atomic_load(&slot->text_sequence) : 0;

	thread->spare_slot = NULL;
	if (!slot || !is_on_board(slot, thread->spare_board))
		return NULL;
	memset(slot, 0, sizeof(*slot));
	atomic_store(&slot->text_sequence, text_sequence);
	atomic_store(&slot->sink, -1);
	scope->board = thread->spare_board;
	return slot;
}

int scope_enter(struct thread *thread, const char *name)
{
	struct scope *outer = scope_of(thread);
	struct scope *scope = pages_get(sizeof(*scope));
	struct scope_params params;
	struct slot *slot;
	int r;

	thread->depth++;
	if (!scope)
		return -ENOMEM;
	scope->outer = thread->scope;
	scope->depth = thread->depth;
	scope_get_params(outer, &params);
	if (name) {
		params.parent = scope_get_config(outer)->process;
		params.process = name;
	}
	r = replace_config(scope, &params);
	if (r < 0) {
		pages_put(scope, sizeof(*scope));
		return r;
	}
	slot = take_spare_slot(thread, scope);
	if (!slot)
		slot = take_slot(scope);
	atomic_store(&slot->parent, board_index(scope_slot(outer)));
	atomic_store(&slot->tid, (uint32_t)atomic_load(&thread->tid));
	fill_slot(slot, scope_get_config(scope));
	atomic_store(&scope->slot, slot);
	show_slot(scope, slot, SLOT_SCOPE);
	thread->scope = scope;
	scope_set_gate(thread);
	return 0;
}

static bool has_spare_slot(const struct thread *thread)
{
	return thread->spare_slot && is_on_board(thread->spare_slot, thread->spare_board);
}

static void keep_spare_slot(struct thread *thread, struct slot *slot)
{
	if (has_spare_slot(thread)) {
		board_give_back(slot, SLOT_FREE);
		return;
	}
	thread->spare_slot = board_park(slot);
	thread->spare_board = board_generation();
}

void scope_leave(struct thread *thread)
{
	struct scope *scope = thread->scope;
	struct slot *slot;

	if (thread->depth <= thread->inherited_depth)
		return;
	if (!scope || scope->depth < thread->depth) {
		thread->depth--; /* there was no memory to enter this scope */
		return;
	}
	thread->scope = scope->outer;
	thread->depth--;
	scope_set_gate(thread);
	slot = scope_slot(scope);
	if (is_on_board(slot, scope->board))
		keep_spare_slot(thread, slot);
	scope_config_free(scope_get_config(scope));
	pages_put(scope, sizeof(*scope));
}

void scope_leave_all(struct thread *thread)
{
	thread->inherited_depth = 0;
	while (thread->depth > 0)
		scope_leave(thread);
	if (has_spare_slot(thread))
		board_give_back(thread->spare_slot, SLOT_FREE);
	thread->spare_slot = NULL;
}
