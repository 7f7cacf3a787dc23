/* SPDX-License-Identifier: MIT */
#include "api/identity.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "api/child-name.h"
#include "base/compiler.h"
#include "base/pages.h"
#include "blackbox/ring.h"
#include "board/board.h"
#include "board/override.h"
#include "board/slot.h"
#include "notice/loss.h"
#include "process/ancestry.h"
#include "process/epoch.h"
#include "process/fork-detect.h"
#include "process/lock.h"
#include "process/seal.h"
#include "scope/context.h"
#include "scope/scope.h"
#include "scope/status.h"
#include "sink/dispatch.h"
#include "sink/stderr-fd.h"

enum { CALL_MAX_MS = 1000 }; /* how long calls under way may hold up mplog_close() */

static HOT_DATA struct {
	bool has_own_name;        /* not its parent's */
	bool is_daemon_child;     /* continues a program that daemonised; it keeps the name */
	_Atomic pid_t lock;       /* held by the thread that identifies this process */
	struct scope *fork_scope; /* of the forking thread: the base of a child's configuration */
	/* The name of a child that is not identified yet, and which child that is: a child of that
	 * child has copies of both. */
	pid_t pending_pid;
	char pending_name[PROCESS_NAME_SIZE];
	bool has_begun; /* begin_library() has run */
} identity;

static void begin_library(void);

/* ---- Fork ----------------------------------------------------------------------------------- */

/* A child's name and ancestry come from its parent's: the parent is identified first. */
static void establish_before_fork(void)
{
	struct thread *thread =
		fork_is_pending() && scope_get_config(&process_scope) ? thread_get() : NULL;

	if (thread) {
		const uint64_t outer = epoch_enter(thread);

		identity_establish(thread);
		epoch_leave(thread, outer);
	}
}

/* Some daemons fork twice. One that has logged in between is where it was going. */
static bool is_silent_daemon(void)
{
	return identity.is_daemon_child &&
	       !atomic_load(&scope_slot(&process_scope)->counter[COUNTER_CALLED]);
}

/* fork(2) is no cancellation point: none of the calls in here may become one. */
static void before_fork(void)
{
	int cancel;

	(void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel);
	establish_before_fork();
	ancestry_before_fork(is_silent_daemon());
	fork_prepare(global_lock_before_fork(fork_is_pending()));
	(void)pthread_setcancelstate(cancel, NULL);
}

/* What a child resets, in this order: in the handler of fork(2), or before its first record where no
 * handler saw the fork. Async-signal-safe, all of it. */
static void (*const after_fork[])(void) = {
	lock_after_fork,  thread_after_fork, ancestry_after_fork, loss_after_fork,
	sinks_after_fork, ring_after_fork,   seal_lift,           pages_release_reserve,
};

/* A child has one thread, whose scope is the base of the child's configuration. */
static void reset_child(void)
{
	struct thread *thread = thread_current();

	for (size_t i = 0; i < sizeof(after_fork) / sizeof(after_fork[0]); i++)
		after_fork[i]();
	identity.fork_scope = &process_scope;
	if (thread) {
		identity.fork_scope = scope_of(thread);
		thread->scope = NULL;
		thread->inherited_depth = thread->depth;
	}
	identity.is_daemon_child = false;
}

/* A signal handler that logs finds the child either untouched, as if no handler of fork(2) had seen the
 * fork, or ready to be identified. */
static void after_fork_in_child(void)
{
	sigset_t before;

	fork_block_signals(&before);
	if (fork_begin_child()) {
		atomic_store(&identity.lock, 0);
		reset_child();
	}
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* ---- Identifying a process ------------------------------------------------------------------- */

static void begin_process(const struct scope_params *params, const struct slot *parent)
{
	(void)scope_begin_process(&process_scope, params, parent);
	atomic_store(&scope_slot(&process_scope)->parent_pid,
		     parent ? (uint32_t)ancestry_forker() : 0);
}

/* The program at its start. */
static void establish_program(void)
{
	struct scope_params params = {
		.process = "main",
		.parent = "",
		.pid = getpid_cached(),
		.program_level = LEVEL_UNSET,
	};

	identity.has_own_name = true;
	context_fill_params(&params);
	begin_process(&params, NULL);
}

static void establish_child(void)
{
	const struct scope_config *parent = scope_get_config(identity.fork_scope);
	const struct slot *parent_slot = scope_slot(identity.fork_scope);
	char name[PROCESS_NAME_SIZE];
	struct scope_params params;

	scope_get_params(identity.fork_scope, &params);
	params.parent = parent->process;
	identity.has_own_name = true;
	if (identity.pending_pid == getpid_cached()) {
		params.process = identity.pending_name;
		params.number = 0;
	} else if (identity.is_daemon_child || ancestry_is_daemon()) {
		identity.is_daemon_child = true;
		params.parent = parent->parent;
	} else if (parent->child_name) {
		child_name_make(parent->child_name, name, &params.number, parent);
		params.process = name;
	} else {
		identity.has_own_name = false;
	}
	begin_process(&params, parent_slot);
}

static void identify_process(void)
{
	const bool forked = scope_get_config(&process_scope);

	fork_identify(forked);
	if (fork_bypassed_handlers()) {
		epoch_drop(); /* free(3) may hang */
		ancestry_bypassed();
		reset_child();
	}
	if (forked)
		establish_child();
	else
		establish_program();
	identity.pending_pid = 0;
	if (!status_publish_files() && forked)
		sinks_renew();
	ancestry_reset(getpid_cached());
	fork_end_identify();
}

void identity_establish(struct thread *thread)
{
	sigset_t before;

	begin_library();
	fork_block_signals(&before);
	while (fork_is_pending()) {
		tid_lock(&identity.lock);
		if (fork_is_pending())
			identify_process();
		atomic_store(&identity.lock, 0);
	}
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	scope_set_gate(thread);
}

/* ---- Names from the program ------------------------------------------------------------------ */

static int rename_process(const char *name)
{
	struct slot *slot = scope_slot(&process_scope);
	struct scope_params params;
	int r;

	global_lock();
	scope_get_params(&process_scope, &params);
	params.process = name;
	r = scope_set_config(&process_scope, &params);
	if (r == 0) {
		slot_write_text(slot, slot->name, sizeof(slot->name), name);
		override_apply(slot, name);
		identity.has_own_name = true;
	}
	global_unlock();
	return r;
}

void identity_set_pending(const char name[static PROCESS_NAME_SIZE])
{
	memcpy(identity.pending_name, name, sizeof(identity.pending_name));
	identity.pending_pid = getpid();
	if (!fork_is_pending())
		(void)rename_process(name); /* a fork handler of the program has logged */
}

bool identity_adopt_name(struct thread *thread, const char name[static PROCESS_NAME_SIZE])
{
	/* The thread that forked is the first of the child: its tid is the pid. */
	if ((pid_t)syscall(SYS_gettid) != getpid())
		return false;
	if (!fork_is_pending())
		return !identity.has_own_name && rename_process(name) == 0;
	if (!scope_get_config(&process_scope) || identity.pending_pid == getpid())
		return false;
	identity.is_daemon_child = ancestry_is_daemon();
	if (identity.is_daemon_child)
		return false;
	identity_set_pending(name);
	identity_establish(thread);
	return true;
}

int identity_change_name(const char *name)
{
	suppressed_report(&process_scope); /* under the former name */
	return rename_process(name);
}

static int rename_locked(const char *name)
{
	struct scope_params params;

	scope_get_params(&process_scope, &params);
	params.process = name;
	if (!context_get()->is_open) {
		params.program_level = LEVEL_UNSET;
		params.fields.size = 0;
	}
	if (!board_get() || board_index(scope_slot(&process_scope)) >= 0)
		return scope_set_config(&process_scope, &params);
	return scope_join_board(&process_scope, &params);
}

int identity_rename(const char *name)
{
	int r;

	global_lock();
	r = rename_locked(name);
	identity.has_own_name = true;
	global_unlock();
	return r;
}

void identity_detach_board(struct thread *thread)
{
	global_lock();
	scope_quit_board(&process_scope);
	board_close();
	context_invalidate(); /* scopes of threads leave the board too */
	thread_open_gates();
	(void)rename_locked("main");
	global_unlock();
	/* Calls under way may still count on the board. They may wait for the lock, too. */
	epoch_wait(thread, CALL_MAX_MS);
	global_lock();
	board_wipe();
	global_unlock();
}

/* ---- Start and end of threads ----------------------------------------------------------------- */

void identity_leave_scope(struct thread *thread)
{
	struct scope *scope = thread->scope;

	if (scope && scope->depth == thread->depth)
		suppressed_report(scope);
	scope_leave(thread);
}

/* A thread that ends leaves all scopes that it has entered. */
static void end_thread(struct thread *thread)
{
	const uint64_t outer = epoch_enter(thread);

	while (thread->depth > thread->inherited_depth)
		identity_leave_scope(thread);
	scope_leave_all(thread);
	epoch_leave(thread, outer);
	epoch_collect();
}

/* The only constructor of the library. It stands in this file, which every public function refers to:
 * an object of a static library that nothing refers to is not linked. Constructors of the program run
 * before those of a static library, and may log: then the library begins with their first call. */
__attribute__((constructor)) static void begin_library(void)
{
	const int saved_errno = errno; /* 0 at the start of a program, says C */
	sigset_t all, before;

	if (identity.has_begun)
		return;
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	tid_lock(&identity.lock);
	if (!identity.has_begun) {
		fork_detect_init();
		context_init();
		stderr_begin();
		thread_init(end_thread);
		(void)pthread_atfork(before_fork, global_unlock_after_fork, after_fork_in_child);
	}
	identity.has_begun = true;
	atomic_store(&identity.lock, 0);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	errno = saved_errno;
}
