/* SPDX-License-Identifier: MIT */
#include "process/stack.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>

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

#elif defined(__i386__)

#ifdef __SSE__
#define SSE_REGISTERS "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7",
#else
#define SSE_REGISTERS
#endif

/* The argument stands on the stack, which is aligned to 16 bytes where it does. */
static COLD void call_on_stack(char *stack, void (*function)(void *), void *argument)
{
	char *top = stack + STACK_SIZE - 16;

	__asm__ volatile("movl %%esp, %%ebx\n\t"
			 "movl %[top], %%esp\n\t"
			 "movl %[argument], (%%esp)\n\t"
			 "call *%[function]\n\t"
			 "movl %%ebx, %%esp"
			 : [top] "+S"(top), [function] "+a"(function), [argument] "+d"(argument)
			 :
			 : "ebx", "ecx", "st", "st(1)", "st(2)", "st(3)", "st(4)", "st(5)", "st(6)",
			   "st(7)", SSE_REGISTERS "cc", "memory");
}

#elif defined(__aarch64__) && defined(__LP64__)

static COLD void call_on_stack(char *stack, void (*function)(void *), void *argument)
{
	register void *x0 __asm__("x0") = argument;
	register void (*x1)(void *) __asm__("x1") = function;
	register char *x2 __asm__("x2") = stack + STACK_SIZE;

	__asm__ volatile("mov x19, sp\n\t"
			 "mov sp, %[top]\n\t"
			 "blr %[function]\n\t"
			 "mov sp, x19"
			 : "+r"(x0), [function] "+r"(x1), [top] "+r"(x2)
			 :
			 : "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13",
			   "x14", "x15", "x16", "x17", "x18", "x19", "x30", "v0", "v1", "v2", "v3",
			   "v4", "v5", "v6", "v7", "v8", "v9", "v10", "v11", "v12", "v13", "v14",
			   "v15", "v16", "v17", "v18", "v19", "v20", "v21", "v22", "v23", "v24",
			   "v25", "v26", "v27", "v28", "v29", "v30", "v31", "cc", "memory");
}

#elif defined(__riscv) && __riscv_xlen == 64 && defined(__riscv_flen)

static COLD void call_on_stack(char *stack, void (*function)(void *), void *argument)
{
	register void *a0 __asm__("a0") = argument;
	register void (*a1)(void *) __asm__("a1") = function;
	register char *a2 __asm__("a2") = stack + STACK_SIZE;

	__asm__ volatile("mv s1, sp\n\t"
			 "mv sp, %[top]\n\t"
			 "jalr %[function]\n\t"
			 "mv sp, s1"
			 : "+r"(a0), [function] "+r"(a1), [top] "+r"(a2)
			 :
			 : "ra", "s1", "t0", "t1", "t2", "t3", "t4", "t5", "t6", "a3", "a4", "a5",
			   "a6", "a7", "ft0", "ft1", "ft2", "ft3", "ft4", "ft5", "ft6", "ft7",
			   "ft8", "ft9", "ft10", "ft11", "fa0", "fa1", "fa2", "fa3", "fa4", "fa5",
			   "fa6", "fa7", "memory");
}

#elif defined(HAVE_SWAPCONTEXT)

#include <ucontext.h>

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

#else

/* Neither this library nor the C library knows how: a small stack has to hold it. */
static void call_on_stack(char *stack, void (*function)(void *), void *argument)
{
	(void)stack;
	function(argument);
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
