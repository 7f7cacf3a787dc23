/* SPDX-License-Identifier: MIT */
/* compiler: attributes and hints for the compiler. */
#pragma once

/* For functions that return after the system call of every record. The kernel leaves the processor's
 * stack of return addresses empty, so that each return is mispredicted: 8 ns were measured. */
#define ALWAYS_INLINE       __attribute__((__always_inline__))

/* Conditions that hold for nearly every record, and for nearly none. */
#define LIKELY(condition)   __builtin_expect(!!(condition), 1)
#define UNLIKELY(condition) __builtin_expect(!!(condition), 0)

/* In bytes. Data that one thread writes with each record shares no line with data that others read. */
#define CACHE_LINE          64

/* For variables that a child's first record writes, and that are written around a fork: all of them
 * lie on one page of .data, so that a fork copies one page. tests/tree/check-structure measures that. */
#define HOT_DATA            __attribute__((__section__(".data.hot")))

/* For functions that a record seldom needs: out of line, so that the rest is one short run of
 * instructions. Not __cold__: gcc 12 took the callers for cold too, and compiled them for size. */
#define COLD                __attribute__((__noinline__))

/* Before a loop whose body is a few instructions: N of them are written out at a time. */
#define PRAGMA(text)        _Pragma(#text)
#ifdef __clang__
#define UNROLL(n) PRAGMA(clang loop unroll_count(n))
#else
#define UNROLL(n) PRAGMA(GCC unroll n)
#endif
