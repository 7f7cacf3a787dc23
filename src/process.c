/* SPDX-License-Identifier: MIT */
#include "process.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "board.h"
#include "child-number.h"
#include "epoch.h"
#include "lineage.h"
#include "override.h"
#include "program.h"
#include "report.h"
#include "route.h"
#include "scope.h"
#include "self.h"
#include "slot.h"
#include "tell.h"

static bool named; /* it has a name of its own, not just its parent's */

/* What a child is called before it has found out who it is. PID: whose name it is; its parent may
 * have left one behind. */
static struct {
	pid_t pid;
	char name[PROCESS_NAME_SIZE];
} announced;

static struct scope *origin; /* the forking thread's: what a child begins with */

static bool goes_on; /* it is what a daemonising process became */

/* ---- Fork ----------------------------------------------------------------------------------- */

/* Who forks has to know who it is: its children's names and lineage come from its own. */
static void know_oneself(void)
{
	struct thread *thread = self_is_new() && scope_voice(&process_scope) ? thread_get() : NULL;

	if (thread) {
		const uint64_t outer = epoch_enter(thread);

		process_settle(thread);
		epoch_leave(thread, outer);
	}
}

/* Nobody expects a thread to be cancelled in fork(2). */
static void before_fork(void)
{
	int cancel;

	(void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel);
	know_oneself();
	lineage_note_fork(goes_on);
	self_before_fork();
	(void)pthread_setcancelstate(cancel, NULL);
}

/* In the child: only this thread is there, and its scope is what the process begins with. */
static void adopt(void)
{
	struct thread *thread = thread_peek();

	thread_forget_others();
	origin = &process_scope;
	if (thread) {
		origin = scope_of(thread);
		thread->scope = NULL;
		thread->base_depth = thread->depth;
	}
	goes_on = false;
	mplog_gate_ = &open_gate;
}

static void in_child(void)
{
	self_begin_child(adopt);
}

/* No fork handler has seen it. */
static void adopt_raw(void)
{
	epoch_drop(); /* free(3) may hang */
	lineage_note_raw();
	adopt();
}

__attribute__((constructor)) static void begin(void)
{
	(void)pthread_atfork(before_fork, self_after_fork, in_child);
}

/* ---- Finding out ---------------------------------------------------------------------------- */

static void number_child(const char *pattern, char *ret_name, unsigned *ret_number,
			 const struct voice *parent)
{
	struct slot *slot = scope_slot(&process_scope); /* the parent's still */
	struct voice_names names = {
		.process = parent->process,
		.identifier = parent->output.identifier,
		.parent = parent->process,
		.pid = self_pid(),
		.number = lineage_forks(),
		.count = lineage_forks(),
	};
	char name[PROCESS_NAME_SIZE];
	size_t size;

	if (board_is_shared() && board_index(slot) >= 0) {
		names.count = atomic_fetch_add(&slot->forks, 1) + 1;
		if (strstr(pattern, "%c"))
			names.number = board_claim_number(slot, self_pid(), lineage_is_apart());
	}
	size = voice_expand(name, sizeof(name) - 1, pattern, &names);
	name[size < sizeof(name) ? size : sizeof(name) - 1] = '\0';
	(void)process_name_clean(ret_name, name);
	*ret_number = names.number;
}

static void speak(const struct voice_source *source, const struct slot *parent)
{
	(void)scope_begin(&process_scope, source, parent);
	atomic_store(&scope_slot(&process_scope)->parent_pid,
		     parent ? (uint32_t)lineage_forker() : 0);
}

/* Nobody forked us: the program at its start. */
static void settle_program(void)
{
	struct voice_source source = {
		.process = "main",
		.parent = "",
		.pid = self_pid(),
		.program_level = LEVEL_UNSET,
	};

	named = true;
	program_describe(&source);
	speak(&source, NULL);
}

static void settle_child(void)
{
	const struct voice *parent = scope_voice(origin);
	const struct slot *parent_slot = scope_slot(origin);
	char name[PROCESS_NAME_SIZE];
	struct voice_source source;

	scope_describe(origin, &source);
	source.parent = parent->process;
	named = true;
	if (announced.pid == self_pid()) {
		source.process = announced.name;
		source.number = 0;
	} else if (goes_on || lineage_is_daemon()) {
		goes_on = true;
		source.parent = parent->parent;
	} else if (parent->child_name) {
		number_child(parent->child_name, name, &source.number, parent);
		source.process = name;
	} else {
		named = false;
	}
	speak(&source, parent_slot);
}

static void settle(void)
{
	const bool forked = scope_voice(&process_scope);

	if (self_is_raw_child())
		adopt_raw();
	if (forked) {
		settle_child();
		tell_forget();
		sinks_renew();
	} else {
		settle_program();
	}
	announced.pid = 0;
	report_files();
	lineage_begin(self_pid());
}

void process_settle(struct thread *thread)
{
	self_find_out(scope_voice(&process_scope), settle);
	scope_set_gate(thread);
}

/* ---- Names from the program ------------------------------------------------------------------ */

static int rename_process(const char *name)
{
	struct slot *slot = scope_slot(&process_scope);
	struct voice_source source;
	int r;

	self_lock();
	scope_describe(&process_scope, &source);
	source.process = name;
	r = scope_speak(&process_scope, &source);
	if (r == 0) {
		slot_write_text(slot, slot->name, sizeof(slot->name), name);
		slot_apply_overrides(slot, name);
		named = true;
	}
	self_unlock();
	return r;
}

void process_announce(const char name[static PROCESS_NAME_SIZE])
{
	memcpy(announced.name, name, sizeof(announced.name));
	announced.pid = getpid();
	if (!self_is_new())
		(void)rename_process(name); /* somebody's handler logged */
}

bool process_name_by_enter(struct thread *thread, const char name[static PROCESS_NAME_SIZE])
{
	/* The forking thread is the first of the child, whose tid is its pid. */
	if ((pid_t)syscall(SYS_gettid) != getpid())
		return false;
	if (!self_is_new())
		return !named && rename_process(name) == 0;
	if (!scope_voice(&process_scope) || announced.pid == getpid())
		return false;
	goes_on = lineage_is_daemon();
	if (goes_on)
		return false;
	process_announce(name);
	process_settle(thread);
	return true;
}

static void move_figures(struct slot *to, const struct slot *from)
{
	for (int i = 0; i < COUNTER_COUNT && to != from; i++)
		atomic_store(&to->counter[i], atomic_load(&from->counter[i]));
	atomic_store(&to->sequence, atomic_load(&from->sequence));
}

static int become(const char *name)
{
	const struct slot *before = scope_slot(&process_scope);
	struct voice_source source;
	int r;

	scope_describe(&process_scope, &source);
	source.process = name;
	if (!program_get()->is_open) {
		source.program_level = LEVEL_UNSET;
		source.fields.size = 0;
	}
	if (!board_get() || board_index(before) >= 0)
		return scope_speak(&process_scope, &source);
	r = scope_begin(&process_scope, &source, NULL);
	move_figures(scope_slot(&process_scope), before);
	return r;
}

int process_become(const char *name)
{
	int r;

	self_lock();
	r = become(name);
	named = true;
	self_unlock();
	return r;
}

/* Whoever logs meanwhile finds the level that was: nothing is hidden by zeroes. */
static void keep_slot_to_oneself(void)
{
	struct slot *own = &process_scope.own_slot;
	const struct slot *shared = scope_slot(&process_scope);

	if (shared == own)
		return;
	move_figures(own, shared);
	atomic_store(&own->level, atomic_load(&shared->level));
	slot_open_gate(own);
	atomic_store(&process_scope.slot, own);
}

void process_leave_board(void)
{
	self_lock();
	keep_slot_to_oneself();
	board_close();
	program_touch(); /* scopes leave the board too */
	thread_set_gates(&open_gate);
	board_wipe();
	(void)become("main");
	self_unlock();
}
