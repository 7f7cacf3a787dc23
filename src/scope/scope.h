/* SPDX-License-Identifier: MIT */
/* scope: a process name with its settings, current for a thread from entering to leaving it. The
 * process has a scope of its own, which is never left. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>

#include "base/compiler.h"
#include "base/pages.h"
#include "board/board.h"
#include "process/thread.h"
#include "scope/context.h"
#include "scope/scope-config.h"

struct scope {
	struct scope *outer;
	unsigned depth;
	_Atomic uint32_t generation; /* context_generation() before config was made */
	_Atomic(struct scope_config *) config;
	_Atomic(struct slot *) slot;
	uint32_t board;          /* board_generation() when the slot was taken */
	_Atomic int64_t tick_ns; /* the coarse clock when last_record_ns was written */
	struct slot own_slot
		__attribute__((aligned(CACHE_LINE))); /* where the board has none to give */
};

_Static_assert(sizeof(struct scope) <= PAGES_KEPT_SIZE, "entering a scope takes a kept page");

/* The process's own scope: current in every thread that has entered none. */
extern struct scope process_scope;

static inline struct scope *scope_of(const struct thread *thread)
{
	return thread->scope ? thread->scope : &process_scope;
}

static inline struct scope_config *scope_get_config(struct scope *scope)
{
	return atomic_load_explicit(&scope->config, memory_order_acquire);
}

static inline struct slot *scope_slot(const struct scope *scope)
{
	return atomic_load_explicit(&scope->slot, memory_order_acquire);
}

/* All functions below are called inside of an epoch, in a process that is identified. */

/* Push a scope, with NULL a copy of the current one, and pop one. */
int scope_enter(struct thread *thread, const char *name);
void scope_leave(struct thread *thread);

/* Leaves all scopes at the thread's end, inherited ones too, and gives back the spare slot. */
void scope_leave_all(struct thread *thread);

/* Points the thread's gate at its scope's slot, or opens it where that scope is out of date. */
COLD void scope_change_gate(struct thread *thread);

static inline void scope_set_gate(struct thread *thread)
{
	const struct scope *scope = scope_of(thread);

	if (UNLIKELY(__atomic_load_n(&mplog_gate_, __ATOMIC_RELAXED) != &scope_slot(scope)->gate ||
		     scope->generation != context_generation()))
		scope_change_gate(thread);
}

/* Makes the scope's configuration again where it is out of date. */
void scope_update(struct scope *scope);

/* Get what the scope's configuration is made of, and replace it by another one: 0 or -ENOMEM. */
void scope_get_params(struct scope *scope, struct scope_params *params);
int scope_set_config(struct scope *scope, const struct scope_params *params);

/* Gives the process's scope a configuration and a slot of its own. The former slot, which may be the
 * parent's, is left alone. Returns 0 or -ENOMEM: then the scope keeps its configuration. */
int scope_begin_process(struct scope *scope, const struct scope_params *params,
			const struct slot *parent);

/* Moves the process's scope, with its figures, to a slot of the board that has been opened, and from the
 * board to the scope's own slot. */
int scope_join_board(struct scope *scope, const struct scope_params *params);
void scope_quit_board(struct scope *scope);
