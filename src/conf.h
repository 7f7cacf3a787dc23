/* SPDX-License-Identifier: MIT */
/* conf: files -> rules. The only user of libconfig.
 *
 * A file is loaded whole or not at all: one with a mistake leaves its last good version in force
 * (at start: nothing of it), and the other files apply. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "settings.h"

enum conf_severity { CONF_WARNING, CONF_ERROR };

/* One thing that is wrong. Strings live during the call only. */
struct conf_complaint {
	enum conf_severity severity;
	const char *file;
	unsigned line; /* 0: the file as a whole */
	const char *text;
};

typedef void conf_complain_fn(void *userdata, const struct conf_complaint *complaint);

struct conf_options {
	const char *file; /* read this one alone; NULL: the system's files */
	const char *
		directory; /* the system's: DIRECTORY/mplog.conf, DIRECTORY/mplog.conf.d; NULL: SYSCONFDIR */
	bool secure; /* set-user-ID: refuse files that others than root or we could have written */
};

enum conf_file_state {
	CONF_FILE_LOADED,
	CONF_FILE_ABSENT,    /* there is none: nothing is wrong with that */
	CONF_FILE_LAST_GOOD, /* it has a mistake or cannot be read: an earlier version is in force */
	CONF_FILE_LEFT_OUT   /* likewise, and there was no earlier version */
};

struct conf_file {
	const char *path;
	enum conf_file_state state;
	struct timespec mtime; /* of the version in force */
	const char *error;     /* "12: level: unknown level ..." or NULL */
};

enum {
	/* Somebody asked for it: a file that is gone is given up (else its last version stays; only
	 * what is no more in mplog.conf.d, when that can be listed, is gone in any case), and one that
	 * was written a moment ago is taken as it is (else it is left for the next load, as it may be
	 * half written: it stays stale). */
	CONF_FORGET = 1
};

struct conf; /* immutable once made */

/* Loads the files; those that did not change since PREVIOUS (or NULL) are taken over from it
 * unparsed. Every mistake is told to COMPLAIN (may be NULL); only changed files are complained of.
 * Returns 0 and *ret (which may share memory with previous; each is freed by itself); likewise with
 * *ret set: -EBADMSG where a file has mistakes, a new one or one that it had before, or what
 * open(2) or read(2) said where one cannot be read. Where nothing could be made *ret is NULL:
 * -ENOMEM, which is told too. Where the files are out of sight (see conf_is_frozen()) *ret is what PREVIOUS is. */
int conf_load(const struct conf_options *options, const struct conf *previous, unsigned flags,
	      conf_complain_fn *complain, void *userdata, struct conf **ret);

void conf_free(struct conf *conf);

/* Checks one file as `mplog check` does: unknown keys are complaints as everywhere (CONF_WARNING).
 * Returns 0, -EBADMSG where it has errors, or what open(2) or read(2) said (complained of too). */
int conf_check_file(const char *path, conf_complain_fn *complain, void *userdata);

/* Whether a file was changed, added or removed since conf was loaded: one stat(2) for each file
 * and for the directory. No allocation. False where the files are out of sight: `/` is another
 * directory than it was, or a file cannot be reached any more. */
bool conf_is_stale(const struct conf *conf);

/* Whether what was loaded may be behind what the files say by now, without a trace: one was being
 * written, or changed in the same tick of the clock as it was read. Then it has to be loaded again
 * CONF_SETTLE_MS later. No system calls. */
enum { CONF_SETTLE_MS = 100 };
bool conf_is_unsettled(const struct conf *conf);

/* Whether the same versions of the same files are in force in both. */
bool conf_is_same(const struct conf *a, const struct conf *b);

/* Whether `/` is another directory than when the files were read: what was loaded stays. */
bool conf_is_frozen(const struct conf *conf);

const struct rules *conf_rules(const struct conf *conf);

size_t conf_n_files(const struct conf *conf);
struct conf_file conf_file(const struct conf *conf, size_t i);

/* Whether others than root or we could have written such a file: those are refused when secure. */
struct stat;
bool conf_is_foreign(const struct stat *st);
