/* SPDX-License-Identifier: MIT */
/* conf-load: which files there are, in which order, and all of their rules. */
#pragma once

#include <stdbool.h>

#include "conf/diag.h"

struct conf_options {
	const char *file; /* read this one alone; NULL: the system's files */
	const char *
		directory; /* DIRECTORY/mplog.conf and DIRECTORY/mplog.conf.d alone; NULL: all layers */
	const char *root; /* the layers are below that directory; NULL: "/" */
	bool secure; /* set-user-ID: refuse files that others than root or we could have written */
};

enum {
	/* Load as `mplog reload` does: a file that is gone is given up (else its last version stays;
	 * only what is no more in a directory, when that can be listed, is gone in any case), and one
	 * that was written a moment ago is taken (else it is left for a later load, as one that is
	 * open for writing is in any case: see conf_has_deferred()). */
	CONF_DROP_MISSING = 1
};

struct conf;

/* Fills a zeroed CONF with files and rules: what did not change is taken over from PREVIOUS (or
 * NULL). Returns 0 or -ENOMEM. */
int conf_load_files(struct conf *conf, const struct conf_options *options,
		    const struct conf *previous, unsigned flags, conf_diag_fn *diag,
		    void *userdata);

/* Returns whether `/` is another directory than when the files were read: what was loaded stays. */
bool conf_root_changed(const struct conf *conf);
