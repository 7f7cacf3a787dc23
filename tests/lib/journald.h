/* SPDX-License-Identifier: MIT */
/* The private systemd-journald of tests/lib/with-journald: to stop it, kill it, and read it back.
 * Every failure is a failed assertion of Check: nothing here returns an error. */
#pragma once

#include <stddef.h>
#include <sys/types.h>

/* Starts one where none lives (any more), and waits until it answers. */
void journald_start(void);
/* As start, without waiting for an answer. */
void journald_start_nowait(void);
pid_t journald_pid(void);

/* SIGSTOP, and returns when every thread of it has stopped. */
void journald_stop(void);
void journald_cont(void);
/* SIGKILL, and returns when it is gone. Its sockets stay in the file system, as in life. */
void journald_kill(void);
/* How many records a kill takes at most. */
unsigned journald_kill_takes(void);
/* Kill and start. */
void journald_restart(void);

/* Returns when all that was sent so far can be read. */
void journald_sync(void);

/* Sets a configuration by which a record waits a minute for journald, in place of a second: a busy machine
 * may not run it for longer than that, and who sends many records fills its queue meanwhile. */
void journald_wait_for_it(void);

struct journal_field {
	char *name;
	const char *value; /* NUL-terminated; may contain NULs before that */
	size_t size;       /* without the NUL at the end */
};

struct journal_entry {
	size_t n_fields;
	struct journal_field *fields;
};

struct journal_entries {
	size_t n;
	struct journal_entry *entries;
};

/* Syncs and reads, in order, all entries with every one of the matches ("PROCESS=1"), the last
 * argument being NULL. Several matches of one field are alternatives, as to journalctl. */
struct journal_entries journal_read(const char *match, ...) __attribute__((sentinel));
void journal_entries_free(struct journal_entries *entries);
/* As the number of what journal_read finds, without keeping 64,000 entries in memory. */
size_t journal_count(const char *match, ...) __attribute__((sentinel));

/* NULL where the entry has no such field; the first where it has several. */
const struct journal_field *journal_field(const struct journal_entry *entry, const char *name);
const char *journal_value(const struct journal_entry *entry, const char *name);
size_t journal_count_field(const struct journal_entry *entry, const char *name);
/* The value as a number: the entry has to have the field. */
unsigned long journal_number(const struct journal_entry *entry, const char *name);
/* Of all the entries, each of which has to have the field. */
unsigned long journal_sum(const struct journal_entries *entries, const char *name);
