/* SPDX-License-Identifier: MIT */
#include "process/stack.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <ucontext.h>

#include "base/compiler.h"
#include "process/thread.h"

/* Loading a file takes 17 KiB; the rest is for signal handlers of the program. The guard is a page of the
 * largest size. */
enum { STACK_SIZE = 256 * 1024, GUARD_SIZE = 64 * 1024 };

/* The one that is free. A thread that finds none maps another one. */
static struct {
	_Atomic(char *) free;
	_Atomic bool is_kept; /* see stack_keep() */
} own;

static char *map_stack(void)
{
	char *stack = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);

	if (stack == MAP_FAILED)
		return NULL;
	(void)mprotect(stack, GUARD_SIZE, PROT_NONE);
	return stack;
}

static char *take_stack(void)
{
	char *stack = atomic_exchange(&own.free, NULL);

	return stack ? stack : map_stack();
}

static void put_stack(char *stack)
{
	char *none = NULL;

	if (!atomic_compare_exchange_strong(&own.free, &none, stack))
		(void)munmap(stack, STACK_SIZE);
}

/* A sanitizer knows the stacks of threads and no others. */
#ifdef __has_feature
#define HAS_FEATURE(name) __has_feature(name)
#else
#define HAS_FEATURE(name) 0
#endif

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || \
	HAS_FEATURE(address_sanitizer) || HAS_FEATURE(thread_sanitizer)

static void call_on_stack(char *stack, void (*function)(void *), void *argument)
{
	(void)stack;
	function(argument);
}

#elif defined(__x86_64__) && defined(__LP64__)

/* No system call, unlike swapcontext(3). What a call may change is clobbered. */
static COLD void call_on_stack(char *stack, void (*function)(void *), void *argument)
{
	char *top = stack + STACK_SIZE;

	__asm__ volatile("movq %%rsp, %%rbx\n\t"
			 "movq %[top], %%rsp\n\t"
			 "callq *%[function]\n\t"
			 "movq %%rbx, %%rsp"
			 : [top] "+S"(top), [function] "+a"(function), "+D"(argument)
			 :
			 : "rbx", "rcx", "rdx", "r8", "r9", "r10", "r11", "xmm0", "xmm1", "xmm2",
			   "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11",
			   "xmm12", "xmm13", "xmm14", "xmm15", "cc", "memory");
}

#else

struct call {
	void (*function)(void *argument);
	void *argument;
};

/* makecontext(3) passes integers alone. */
static void run_call(unsigned high, unsigned low)
{
	const struct call *call = (const struct call *)((uintptr_t)high << 16 << 16 | low);

	call->function(call->argument);
}

static COLD void call_on_stack(char *stack, void (*function)(void *), void *argument)
{
	const struct call call = { function, argument };
	const uintptr_t address = (uintptr_t)&call;
	ucontext_t caller, callee;

	if (getcontext(&callee) < 0) {
		function(argument);
		return;
	}
	callee.uc_stack.ss_sp = stack + GUARD_SIZE;
	callee.uc_stack.ss_size = STACK_SIZE - GUARD_SIZE;
	callee.uc_link = &caller;
	makecontext(&callee, (void (*)(void))run_call, 2, (unsigned)(address >> 16 >> 16),
		    (unsigned)address);
	(void)swapcontext(&caller, &callee);
}

#endif

static bool is_on_stack(const char *stack)
{
	const char here = 0;

	return stack && (uintptr_t)&here - (uintptr_t)stack < STACK_SIZE;
}

void stack_run(void (*function)(void *argument), void *argument)
{
	struct thread *thread = thread_current();
	char *before = thread ? thread->own_stack : NULL;
	char *stack = thread && !is_on_stack(before) ? take_stack() : NULL;

	if (!stack) {
		function(argument);
		return;
	}
	thread->own_stack = stack;
	call_on_stack(stack, function, argument);
	thread->own_stack = before;
	put_stack(stack);
}

void stack_trim(void)
{
	char *stack = atomic_load(&own.is_kept) ? NULL : atomic_exchange(&own.free, NULL);

	if (stack)
		(void)munmap(stack, STACK_SIZE);
}

void stack_keep(void)
{
	char *stack = take_stack();

	atomic_store(&own.is_kept, true);
	if (stack)
		put_stack(stack);
}
