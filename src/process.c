/* SPDX-License-Identifier: MIT */
#include "process.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "board.h"
#include "epoch.h"
#include "program.h"
#include "scope.h"
#include "sink.h"
#include "tell.h"
#include "watch.h"

/* In a page of its own that reads zero in every child, however it was forked: a fork is noticed
 * for the price of a load, where getpid(2) is a system call. */
struct page {
	_Atomic pid_t pid; /* 0: who we are is still to be found out */
	_Atomic bool adopted;
};

enum { PAGE_SIZE = 4096 };

static struct page no_page; /* where the kernel cannot wipe: then getpid(2) it is */
static _Atomic(struct page *) page = &no_page;

static pid_t own_pid;
static bool foreign, raw_child;
static bool named; /* it has a name of its own, not just its parent's */

static char announced[PROCESS_NAME_SIZE];
static struct scope *origin; /* the forking thread's: what a child begins with */

/* As the parent saw itself when it forked, or last before. */
static pid_t forker_pid, forker_session;
static _Atomic uint32_t forks;

/* Both hold the pid of whose they are: what a fork leaves behind is nobody's. */
static _Atomic pid_t lock, settling;

static bool take_word(_Atomic pid_t *word, pid_t pid)
{
	pid_t holder = atomic_load(word);

	return holder != pid && atomic_compare_exchange_strong(word, &holder, pid);
}

bool process_try_lock(void)
{
	return take_word(&lock, own_pid);
}

/* Sleeping gives way even where the holder has a lower real-time priority. */
static void wait_a_little(void)
{
	const struct timespec little = { .tv_nsec = 100000 };

	(void)nanosleep(&little, NULL);
}

void process_lock(void)
{
	while (!process_try_lock())
		wait_a_little();
}

void process_unlock(void)
{
	atomic_store(&lock, 0);
}

bool process_is_new(void)
{
	const struct page *p = atomic_load_explicit(&page, memory_order_relaxed);
	const pid_t pid = atomic_load_explicit(&p->pid, memory_order_acquire);

	return !pid || (p == &no_page && pid != getpid());
}

pid_t process_pid(void)
{
	return own_pid ? own_pid : getpid(); /* the tool logs without having been settled */
}

bool process_is_foreign(void)
{
	return foreign;
}

bool process_is_raw_child(void)
{
	return raw_child;
}

/* ---- Fork ----------------------------------------------------------------------------------- */

/* Who forks has to know who it is: its children's names and lineage come from its own. */
static void before_fork(void)
{
	struct thread *thread = process_is_new() && scope_voice(&process_scope) ? thread_get() : NULL;

	if (thread) {
		const uint64_t outer = epoch_enter(thread);

		process_settle(thread);
		epoch_leave(thread, outer);
	}
	forker_pid = getpid();
	forker_session = getsid(0);
	atomic_fetch_add(&forks, 1);
}

/* In the child: only this thread is there, and its scope is what the process begins with. */
static void adopt(void)
{
	struct page *p = atomic_load(&page);
	struct thread *thread = thread_peek();

	thread_forget_others();
	origin = &process_scope;
	if (thread) {
		origin = scope_of(thread);
		thread->scope = NULL;
		thread->base_depth = thread->depth;
		thread->spare_slot = NULL; /* the parent's */
	}
	atomic_store(&p->pid, 0);
	atomic_store(&p->adopted, true);
	announced[0] = '\0';
	mplog_gate_ = &open_gate;
}

__attribute__((constructor)) static void begin(void)
{
	(void)pthread_atfork(before_fork, NULL, adopt);
}

/* daemon(3) goes on in a child of the program, which is no worker: it began a session, or its
 * parent is gone. */
static bool is_daemonised(void)
{
	const pid_t parent = getppid();

	return parent && (parent != forker_pid || getsid(0) != forker_session);
}

/* ---- Finding out ---------------------------------------------------------------------------- */

static void make_page(void)
{
	void *fresh = mmap(NULL, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (fresh == MAP_FAILED)
		return;
	if (madvise(fresh, PAGE_SIZE, MADV_WIPEONFORK) == 0)
		atomic_store(&page, fresh);
	else
		(void)munmap(fresh, PAGE_SIZE);
}

static void number_child(const char *pattern, char *ret_name, unsigned *ret_number,
			 const struct voice *parent)
{
	struct slot *slot = scope_slot(&process_scope); /* the parent's still */
	struct voice_names names = {
		.process = parent->process,
		.identifier = parent->style.identifier,
		.parent = parent->parent,
		.pid = own_pid,
		.number = atomic_load(&forks),
		.count = atomic_load(&forks),
	};
	char name[PROCESS_NAME_SIZE];
	size_t size;

	if (board_is_shared() && board_index(slot) >= 0) {
		names.count = atomic_fetch_add(&slot->forks, 1) + 1;
		if (strstr(pattern, "%c"))
			names.number = board_claim_number(slot, own_pid);
	}
	size = voice_expand(name, sizeof(name) - 1, pattern, &names);
	name[size < sizeof(name) ? size : sizeof(name) - 1] = '\0';
	(void)process_name_clean(ret_name, name);
	*ret_number = names.number;
}

/* The slot that the scope still has is the parent's: none of ours to write to. */
static void speak(const struct voice_source *source, const struct slot *parent)
{
	memset(&process_scope.own_slot, 0, sizeof(process_scope.own_slot));
	atomic_store(&process_scope.slot, &process_scope.own_slot);
	if (scope_speak(&process_scope, source) < 0)
		return;
	scope_take_slot(&process_scope, SLOT_PROCESS, parent);
	atomic_store(&scope_slot(&process_scope)->parent_pid, parent ? (uint32_t)forker_pid : 0);
}

/* Nobody forked us: the program at its start. */
static void settle_program(void)
{
	struct voice_source source = {
		.process = "main",
		.parent = "",
		.pid = own_pid,
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
	if (announced[0]) {
		source.process = announced;
	} else if (is_daemonised()) {
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

	if (forked && !atomic_load(&atomic_load(&page)->adopted)) {
		raw_child = true;
		forker_pid = own_pid;
		adopt();
	}
	own_pid = getpid();
	foreign |= getppid() == 0 && forked;
	if (forked) {
		settle_child();
		watch_report();
		tell_forget();
		for (int i = 0; i < SINK_COUNT; i++)
			sinks[i]->renew();
	} else {
		settle_program();
	}
	if (atomic_load(&page) == &no_page)
		make_page();
	forker_session = getsid(0);
	atomic_store(&atomic_load(&page)->adopted, false);
	atomic_store_explicit(&atomic_load(&page)->pid, own_pid, memory_order_release);
}

void process_settle(struct thread *thread)
{
	const pid_t pid = getpid();
	sigset_t all, before;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	while (process_is_new()) {
		if (!take_word(&settling, pid)) {
			wait_a_little();
			continue;
		}
		if (process_is_new())
			settle();
		atomic_store(&settling, 0);
	}
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	scope_set_gate(thread);
}

/* ---- Names from the program ------------------------------------------------------------------ */

static int rename_process(const char *name)
{
	struct slot *slot = scope_slot(&process_scope);
	struct voice_source source;
	int r;

	process_lock();
	scope_describe(&process_scope, &source);
	source.process = name;
	r = scope_speak(&process_scope, &source);
	if (r == 0) {
		slot_write_text(slot, slot->name, sizeof(slot->name), name);
		slot_apply_overrides(slot, name);
		named = true;
	}
	process_unlock();
	return r;
}

void process_announce(const char *name)
{
	if (process_is_new())
		(void)stpncpy(announced, name, sizeof(announced) - 1);
	else
		(void)rename_process(name); /* somebody's atfork handler logged */
}

bool process_name_by_enter(struct thread *thread, const char *name)
{
	/* The forking thread is the first of the child, whose tid is its pid. */
	if ((pid_t)syscall(SYS_gettid) != getpid())
		return false;
	if (!process_is_new())
		return !named && rename_process(name) == 0;
	if (!scope_voice(&process_scope) || announced[0] || is_daemonised())
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
	r = scope_speak(&process_scope, &source);
	if (r == 0 && board_get() && board_index(before) < 0) {
		scope_take_slot(&process_scope, SLOT_PROCESS, NULL);
		move_figures(scope_slot(&process_scope), before);
	}
	return r;
}

int process_become(const char *name)
{
	int r;

	process_lock();
	r = become(name);
	process_unlock();
	return r;
}

void process_leave_board(void)
{
	struct slot *own = &process_scope.own_slot;

	process_lock();
	if (scope_slot(&process_scope) != own) {
		move_figures(own, scope_slot(&process_scope));
		atomic_store(&process_scope.slot, own);
	}
	board_close();
	(void)become("main");
	process_unlock();
}
