/* SPDX-License-Identifier: MIT */
/* env: what the environment says, as rules that apply after all others. */
#pragma once

#include "conf/diag.h"
#include "conf/settings.h"

enum {
	ENV_RULES_MAX = 64,
	ENV_VARIABLES = 4 /* with one setting each */
};

/* RULES points into the struct: it must not be moved. */
struct env {
	struct rule rule[ENV_RULES_MAX];
	struct assignment assignment[ENV_RULES_MAX];
	struct rules rules;

	char *text;    /* the copy of MPLOG_LEVEL that the rules point into */
	char *conf;    /* MPLOG_CONF, or NULL */
	char *process; /* MPLOG_PROCESS, or NULL */

	struct conf_diags diags[ENV_VARIABLES + 2]; /* of those, MPLOG_LEVEL and MPLOG_RUN_ID */
	size_t n_diags;
};

/* Reads MPLOG_LEVEL ("info", or "info,worker-*=debug"), DEBUG_INVOCATION, MPLOG_SINK, MPLOG_ECHO,
 * MPLOG_FORMAT, MPLOG_BLACKBOX, MPLOG_CONF, MPLOG_PROCESS, and looks at MPLOG_RUN_ID. A malformed
 * value is ignored: DIAG (or NULL) is called with it, and env->diags keeps it; an empty one is none. In
 * a set-user-ID program it finds nothing. Strings are copies. Returns 0 or -ENOMEM. */
int env_load(struct env *env, conf_diag_fn *diag, void *userdata);
void env_free(struct env *env);
