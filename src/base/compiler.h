/* SPDX-License-Identifier: MIT */
/* compiler: attributes and hints for the compiler. */
#pragma once

/* For functions that return with every record, after its system call. The kernel leaves the
 * processor's stack of return addresses empty, so that each return mispredicts: 8 ns were measured
 * for one, more than for what some of these functions do. */
#define ALWAYS_INLINE       __attribute__((__always_inline__))

/* What is true of nearly every record, and of nearly none. */
#define LIKELY(condition)   __builtin_expect(!!(condition), 1)
#define UNLIKELY(condition) __builtin_expect(!!(condition), 0)

/* Bytes. What one thread writes with each record shares no line with what others read. */
#define CACHE_LINE          64

/* For what a child's first record writes, and what is written around a fork: all of it lies in .data,
 * which has little else and fits into one page, so that a fork copies one page for it.
 * tests/check-structure measures that. */
#define HOT_DATA            __attribute__((__section__(".data.hot")))

/* For what a record seldom needs: kept apart, so that the rest is one short run of instructions
 * without a jump in it. No __cold__: gcc 12 took the whole way of a record for as cold as what it
 * only seldom calls, and compiled it for size, out of line. */
#define COLD                __attribute__((__noinline__))
