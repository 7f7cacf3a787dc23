/* SPDX-License-Identifier: MIT */
/* Whether a sanitizer looks on. Of these tests each leaves out what one of them cannot judge:
 *   UNDER_TSAN  takes vfork(2) for fork(2), a mapping for a write to all that is mapped there, and
 *               the threads that a fork leaves behind for living ones, where it has not seen the
 *               fork or where the child starts threads of its own; and the readers of a sequence
 *               lock for racing with its writer
 *   UNDER_ASAN  waits for itself now and then
 *   either      has a malloc(3) and memory of its own: neither can be counted; and complains of a
 *               conversion of printf(3) that the program has registered */
#pragma once

#ifdef __SANITIZE_ADDRESS__
#define UNDER_ASAN 1
#endif
#ifdef __SANITIZE_THREAD__
#define UNDER_TSAN 1
#endif
#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define UNDER_ASAN 1
#endif
#if __has_feature(thread_sanitizer)
#define UNDER_TSAN 1
#endif
#endif
#ifndef UNDER_ASAN
#define UNDER_ASAN 0
#endif
#ifndef UNDER_TSAN
#define UNDER_TSAN 0
#endif
