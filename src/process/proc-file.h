/* SPDX-License-Identifier: MIT */
/* proc-file: the small files of a process or thread in proc(5). Async-signal-safe. */
#pragma once

#include <stddef.h>
#include <sys/types.h>

/* Reads the file of that NAME of a thread, or with TID 0 of the whole process: what fits into SIZE bytes,
 * with a NUL behind it. Returns its size or a negative errno. */
ssize_t proc_file_read(pid_t pid, pid_t tid, const char *name, char *ret, size_t size);
