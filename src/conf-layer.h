/* SPDX-License-Identifier: MIT */
/* conf-layer: one file of the configuration, and the version of it that is in force. */
#pragma once

#include "conf-parts.h"

struct conf_layer {
	char *path;
	struct conf_identity identity; /* of the version seen last, good or bad */
	bool unsettled; /* it may have changed since without a trace, or is being written */
	bool kept;      /* content is an older version than what was seen last */
	uint64_t hash;  /* of the bytes seen last */
	int result;     /* 0, or why what was seen last is not in force */
	char *error;    /* likewise, in words; or NULL */
	struct conf_content *content; /* in force; or NULL */
};

struct conf_layer_options {
	bool secure;
	bool forget;
};

/* Loads the file, or takes over from PREVIOUS (or NULL) what did not change or cannot be replaced.
 * Returns -ENOMEM, or 0: see ret->result. */
int conf_layer_load(struct conf_layer *ret, const char *path, const struct conf_layer *previous,
		    const struct conf_layer_options *options, struct conf_report *report);

/* Another of the same. Returns 0 or -ENOMEM. */
int conf_layer_copy(struct conf_layer *ret, const struct conf_layer *layer);

void conf_layer_clear(struct conf_layer *layer);

bool conf_layer_is_stale(const struct conf_layer *layer);

/* Whether a change right after this one could leave the same time stamp. */
bool conf_changed_just_now(const struct timespec *changed);
