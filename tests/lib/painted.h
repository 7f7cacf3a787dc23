/* SPDX-License-Identifier: MIT */
/* How much stack a call needs: it runs on one that was painted, and what has lost its paint was used. */
#pragma once

#include <check.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

enum { PAINTED_SIZE = 256 * 1024, PAINTED_GUARD = 4096, PAINTED_BYTE = 0xa5 };

struct painted {
	void (*function)(void);
	unsigned char *stack;
	ucontext_t caller, context;
};

static struct painted painted;

static inline void painted_enter(void)
{
	painted.function();
}

/* Nothing in between that would leave traces of its own. */
static inline size_t painted_measure(void (*function)(void))
{
	size_t clean = 0;

	memset(painted.stack, PAINTED_BYTE, PAINTED_SIZE);
	painted.function = function;
	ck_assert_int_eq(getcontext(&painted.context), 0);
	painted.context.uc_stack.ss_sp = painted.stack;
	painted.context.uc_stack.ss_size = PAINTED_SIZE;
	painted.context.uc_link = &painted.caller;
	makecontext(&painted.context, painted_enter, 0);
	ck_assert_int_eq(swapcontext(&painted.caller, &painted.context), 0);
	while (clean < PAINTED_SIZE && painted.stack[clean] == PAINTED_BYTE)
		clean++;
	return PAINTED_SIZE - clean;
}

static inline void painted_do_nothing(void)
{
}

/* Bytes of stack that the function took, without those that any function takes. */
static inline size_t painted_run(void (*function)(void))
{
	size_t used, least;

	if (!painted.stack) {
		unsigned char *memory =
			mmap(NULL, PAINTED_GUARD + PAINTED_SIZE, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		ck_assert_ptr_ne(memory, MAP_FAILED);
		ck_assert_int_eq(mprotect(memory, PAINTED_GUARD, PROT_NONE), 0);
		painted.stack = memory + PAINTED_GUARD;
	}
	used = painted_measure(function);
	least = painted_measure(painted_do_nothing);
	return used > least ? used - least : 0;
}
