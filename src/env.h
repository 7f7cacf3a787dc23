/* SPDX-License-Identifier: MIT */
/* env: what the environment says, as rules that apply after all others. */
#pragma once

#include "settings.h"

enum { ENV_RULES_MAX = 64 };

typedef void env_complain_fn(void *userdata, const char *variable, const char *text);

/* RULES points into the struct: it must not be moved. */
struct env {
	struct rule rule[ENV_RULES_MAX];
	struct assignment assignment[ENV_RULES_MAX];
	struct rules rules;

	char *text;    /* the copy of MPLOG_LEVEL that the rules point into */
	char *conf;    /* MPLOG_CONF, or NULL */
	char *process; /* MPLOG_PROCESS, or NULL */
};

/* Reads MPLOG_LEVEL ("info", or "info,worker-*=debug"), DEBUG_INVOCATION, MPLOG_SINK, MPLOG_ECHO,
 * MPLOG_FORMAT, MPLOG_CONF, MPLOG_PROCESS, MPLOG_RUN_ID. A malformed value is complained of and
 * ignored; an empty one is none. In a set-user-ID program it finds nothing. Strings are copies. Returns 0 or -ENOMEM. */
int env_load(struct env *env, env_complain_fn *complain, void *userdata);
void env_free(struct env *env);
