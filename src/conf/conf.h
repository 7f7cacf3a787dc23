/* SPDX-License-Identifier: MIT */
/* conf: the loaded configuration: files -> rules.
 *
 * A file is loaded whole or not at all: one with a mistake leaves its last good version in force
 * (at start: nothing of it), and the other files apply. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "conf/load.h"
#include "conf/settings.h"

enum conf_file_state {
	CONF_FILE_LOADED,
	CONF_FILE_ABSENT,    /* there is none: nothing is wrong with that */
	CONF_FILE_LAST_GOOD, /* it has a mistake or cannot be read: an earlier version is in force */
	CONF_FILE_LEFT_OUT   /* likewise, and there was no earlier version */
};

/* Strings live as long as the conf. */
struct conf_file_status {
	const char *path;
	enum conf_file_state state;
	struct timespec mtime;              /* of the version in force */
	struct timespec seen_mtime;         /* of the version seen last, which diag is about */
	const struct conf_first_diag *diag; /* its text is NULL where there is none */
};

struct conf; /* immutable once made */

/* Loads the files; those that did not change since PREVIOUS (or NULL) are taken over from it
 * unparsed. DIAG (may be NULL) is called with each diagnostic of a changed file. Returns 0 and *ret
 * (which may share memory with previous; each is freed by itself); likewise with *ret set: -EBADMSG
 * where a file has errors, a new one or one that it had before, or what open(2) or read(2) said
 * where one cannot be read; -ENOENT where options->file is not there at the first load. Where nothing
 * could be made *ret is NULL: -ENOMEM, which is a diagnostic too. Where
 * conf_root_changed() there is nothing to load. */
int conf_load(const struct conf_options *options, const struct conf *previous, unsigned flags,
	      conf_diag_fn *diag, void *userdata, struct conf **ret);

void conf_free(struct conf *conf);

/* Checks one file as `mplog check` does: unknown keys are warnings as everywhere. Returns 0, -EBADMSG
 * where it has errors, or what open(2) or read(2) said (a diagnostic too). */
int conf_check_file(const char *path, conf_diag_fn *diag, void *userdata);

/* Returns whether a file was changed, added or removed since conf was loaded: one stat(2) for each
 * file and for the directory. No allocation. False where the root changed, or a file cannot be
 * reached any more. */
bool conf_is_stale(const struct conf *conf);

/* Returns whether what was loaded may be behind what the files say by now, without a trace: one was
 * being written, or changed in the same tick of the clock as it was read. Then this process has to
 * load again CONF_SETTLE_MS later. No system calls. */
enum { CONF_SETTLE_MS = 100 };
bool conf_is_racy(const struct conf *conf);

/* Returns whether a file was being written, so that its version before stayed in force. */
bool conf_has_deferred(const struct conf *conf);

/* Returns whether the same versions of the same files are in force in both. */
bool conf_is_same(const struct conf *a, const struct conf *b);

const struct rules *conf_rules(const struct conf *conf);

size_t conf_n_files(const struct conf *conf);
struct conf_file_status conf_file_status(const struct conf *conf, size_t i);

/* Returns what is wrong with a directory of drop-ins itself (text NULL: nothing), and its path. Returns
 * NULL behind the last one. */
const struct conf_first_diag *conf_directory_diag(const struct conf *conf, size_t i,
						  const char **ret_path);
