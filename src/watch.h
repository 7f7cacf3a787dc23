/* SPDX-License-Identifier: MIT */
/* watch: when the files are looked at again, and what follows: a reload, and what is told of it. */
#pragma once

#include <stdint.h>

#include "conf.h"
#include "scope.h"
#include "thread.h"

/* With each call, cheap until something is due: the files once a second for the whole tree, what
 * others saw, what people asked for, and the thread's scope where its voice is out of date. */
void watch(struct thread *thread, int64_t now_ns);

/* mplog_reload() */
int watch_reload(struct thread *thread);

/* A level that a person set for a time is over. */
void watch_tell_expired(struct scope *scope);

/* Mistakes of the files, gathered while they are loaded: told once a run, one record a file. */
struct watch_mistakes {
	size_t n;
	enum conf_severity severity;
	unsigned line;
	char file[256];
	char text[512];
};
void watch_note_mistake(void *userdata, const struct conf_complaint *complaint);
void watch_tell_mistakes(struct watch_mistakes *mistakes);

/* A process name had to be changed: told once a run. */
void watch_tell_name(const char *given, const char *name);

/* The board has no slot for this process: told once a run. */
void watch_tell_slotless(void);

/* Every thread of the process finds out anew what holds for it, with its next call. */
void watch_open_gates(void);

/* Shows on the board which files are in force. */
void watch_report(void);
