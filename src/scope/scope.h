/* SPDX-License-Identifier: MIT */
/* scope: who is speaking: a thread or the process being somebody, entered and left. */
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
	_Atomic uint32_t generation; /* context_generation() when its configuration was made */
	_Atomic(struct scope_config *) config;
	_Atomic(struct slot *) slot;
	uint32_t board;          /* board_generation() when it got its slot */
	_Atomic int64_t tick_ns; /* the coarse clock when its slot's last_record_ns was written */
	struct slot own_slot __attribute__((aligned(CACHE_LINE))); /* where the board has none */
};

_Static_assert(sizeof(struct scope) <= PAGES_KEPT_SIZE, "entering one asks the kernel for nothing");

/* The process's: what threads are that entered nothing. */
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

/* All of these are called inside of an epoch, in a process that knows its name. */

/* NAME: NULL pushes a copy. */
int scope_enter(struct thread *thread, const char *name);
void scope_leave(struct thread *thread);

/* At the thread's end: those too that its process was forked with, and what is kept for the next. */
void scope_leave_all(struct thread *thread);

/* Points the thread's gate at its scope's cell; opens it where that scope is out of date. */
COLD void scope_change_gate(struct thread *thread);

static inline void scope_set_gate(struct thread *thread)
{
	const struct scope *scope = scope_of(thread);

	if (UNLIKELY(__atomic_load_n(&mplog_gate_, __ATOMIC_RELAXED) != &scope_slot(scope)->gate ||
		     scope->generation != context_generation()))
		scope_change_gate(thread);
}

/* Makes the scope's configuration anew where it is out of date. */
void scope_update(struct scope *scope);

/* What the scope's configuration is made of, to be made anew; and doing so. 0 or -ENOMEM. */
void scope_get_params(struct scope *scope, struct scope_params *params);
int scope_set_config(struct scope *scope, const struct scope_params *params);

/* The process's begins: with a configuration and a slot of its own, shown to all. What it had before, a
 * slot of its parent's may be, is left alone. 0 or -ENOMEM: then it goes on with the configuration it has. */
int scope_begin_process(struct scope *scope, const struct scope_params *params,
			const struct slot *parent);

/* Copies counters and sequence to a slot that goes on where another one ends. */
void scope_copy_figures(struct slot *to, const struct slot *from);

/* Takes the process's scope off the board: it keeps its figures and its level to itself. */
void scope_keep_own_slot(struct scope *scope);

int scope_set_level(struct scope *scope, int level);
int scope_set_field(struct scope *scope, struct bytes name, const struct bytes *value);
