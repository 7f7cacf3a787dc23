/* SPDX-License-Identifier: MIT */
/* conf-file: one file of the configuration, and the version of it that is in force. */
#pragma once

#include "conf/internal.h"

struct conf_file {
	char *path;
	struct conf_identity identity; /* of the version seen last, good or bad */
	bool racy;        /* it may have changed since without a trace, or is being written */
	bool is_deferred; /* it is being written: left for a later load */
	bool last_good;   /* content is an older version than what was seen last */
	int result;       /* 0, or why what was seen last is not in force */
	struct conf_first_diag diag;  /* of what was seen last */
	struct conf_content *content; /* in force; or NULL */
};

struct conf_file_options {
	bool secure;
	bool drop_missing;
	bool may_defer;   /* a file that is being written is left for a later load */
	bool is_urgent;   /* not longer than is needed: the load was asked for */
	bool is_required; /* that there is no file is a mistake */
};

/* Loads the file, or takes over from PREVIOUS (or NULL) what did not change or cannot be replaced.
 * Returns -ENOMEM, or 0: see ret->result. */
int conf_file_load(struct conf_file *ret, const char *path, const struct conf_file *previous,
		   const struct conf_file_options *options, struct conf_diags *diags);

void conf_file_clear(struct conf_file *file);

/* Returns whether a change right after this one could leave the same time stamp. */
bool timestamp_is_racy(const struct timespec *changed);
