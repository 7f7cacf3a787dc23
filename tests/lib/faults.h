/* SPDX-License-Identifier: MIT */
/* For tests that take away what the library stands on: children that are watched, what they left
 * on standard error and in the journal, and the sums that must come out.
 * Every failure is a failed assertion of Check: nothing here returns an error. */
#pragma once

#include "lib/child.h"
#include "lib/threads.h"

#include <mplog.h>

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Memory that children share; given back at exit. Zeroed. */
void *faults_share(size_t size);

/* The configuration is this text, for mplog_open() from now on. */
void faults_configure(const char *text);

/* fork(2), or mplog_fork(process): the child runs the function and ends with _exit(0). */
pid_t faults_fork(void (*function)(void *), void *argument);
pid_t faults_mplog_fork(const char *process, void (*function)(void *), void *argument);
/* CLOCK_MONOTONIC, in seconds. */
double faults_now(void);
/* A condition that has to come true soon; looked at every 2 ms. */
void faults_wait(bool (*condition)(const void *), const void *argument);
/* A counter that has to reach this. */
void faults_wait_for(const atomic_uint *counter, unsigned value);
/* The coarse clock has moved on. */
void faults_wait_for_tick(void);

/* called = sent + diverted + lost + suppressed. */
void faults_add_up(const struct mplog_stats *stats);
struct mplog_stats faults_stats(void);

/* fd 2 is a new file, which no directory has. Returns a descriptor to read it with. */
int faults_stderr_file(void);
/* fd 2 is this, which is closed. */
void faults_stderr(int fd);

/* Sets seen[number] where seen is not NULL: false where that was set already. */
bool faults_mark(unsigned char *seen, size_t n_seen, size_t number);

/* Lines that hold "[process:N]" whole, as faults_log() writes them; each number at most once, and
 * set in seen where that is not NULL (N < n_seen). */
size_t faults_lines_of(int fd, const char *process, unsigned char *seen, size_t n_seen);
/* How many lines of a file have both strings in them. */
size_t faults_lines(int fd, const char *one, const char *other);

/* A record that faults_lines_of() and faults_entries_of() find again. */
int faults_log(const char *process, unsigned number);

/* Entries of the journal with this PROCESS and a PROCESS_SEQ, each number of which stands there at
 * most once, and is set in seen. */
size_t faults_entries_of(const char *process, unsigned char *seen, size_t n_seen);

/* Number of descriptors that this process has. */
unsigned faults_descriptors(void);
