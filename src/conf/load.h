/* SPDX-License-Identifier: MIT */
/* conf-load: which files there are, in which order, and all of their rules. */
#pragma once

#include <stdbool.h>

#include "conf/diag.h"

struct conf_options {
	const char *file; /* read this one alone; NULL: the system's files */
	const char *
		directory; /* the system's: DIRECTORY/mplog.conf, DIRECTORY/mplog.conf.d; NULL: SYSCONFDIR */
	bool secure; /* set-user-ID: refuse files that others than root or we could have written */
};

enum {
	/* Load as `mplog reload` does: a file that is gone is given up (else its last version stays;
	 * only what is no more in mplog.conf.d, when that can be listed, is gone in any case), and one
	 * that was written a moment ago is taken as it is (else it is left for the next load, as it
	 * may be half written: it stays stale). */
	CONF_DROP_MISSING = 1
};

struct conf;

/* Fills a zeroed CONF with files and rules: what did not change is taken over from PREVIOUS (or
 * NULL), and all of it with ROOT_CHANGED. Returns 0 or -ENOMEM. */
int conf_load_files(struct conf *conf, const struct conf_options *options,
		    const struct conf *previous, bool root_changed, unsigned flags,
		    conf_diag_fn *diag, void *userdata);
