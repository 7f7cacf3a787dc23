/* SPDX-License-Identifier: MIT */
/* context: the state of the program: its identifier, RUN_ID, flags, and the rules in force.
 * A context is immutable; a reload publishes the next one. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/name.h"
#include "conf/conf.h"
#include "conf/env.h"
#include "process/epoch.h"
#include "scope/scope-config.h"

struct environment {
	struct retired retired;
	struct env env;
	char *file; /* mplog_options.config, or NULL */
};

/* Returns NULL: no memory. FILE may be NULL. */
struct environment *environment_load(const char *file);
void environment_free(struct environment *environment);

struct context {
	struct retired retired;
	bool is_open;
	unsigned flags; /* MPLOG_SINGLE ... */
	int facility;   /* mplog_options.facility as syslog's number; 0: not set */
	char identifier[IDENTIFIER_SIZE];
	struct conf_options options;     /* options.file is the program's or the environment's */
	struct conf *conf;               /* or NULL */
	uint32_t reload_generation;      /* the board's before the files were read */
	bool awaits_file;                /* which was being written when a reload was asked for */
	bool shares_conf;                /* with the next context, which frees it */
	struct environment *environment; /* or NULL */
};

/* Sets the run id, and the identifier until mplog_open(). Once, at the program's start. */
void context_init(void);

/* Returns the context in force, never NULL. It lives as long as the caller's epoch. */
const struct context *context_get(void);

/* Returns a copy with another conf, or with the same one; or NULL: no memory. */
struct context *context_copy(const struct context *context, struct conf *conf);

/* Puts a context in force, and retires the former one with its conf, and with its environment where
 * the new one does not share that. NULL: as before mplog_open(). */
void context_publish(struct context *context);

/* Changes with whatever the configurations of scopes are made of: one of another generation is out of
 * date. A reader loads the generation before the context. */
extern _Atomic uint32_t context_generation_now;

static inline uint32_t context_generation(void)
{
	return atomic_load_explicit(&context_generation_now, memory_order_relaxed);
}

/* Makes all configurations out of date. */
void context_invalidate(void);

/* Returns RUN_ID: $MPLOG_RUN_ID, $INVOCATION_ID of this very process, or random. */
const char *context_run_id(void);

/* Sets the level of mplog_set_default_level(), or LEVEL_UNSET. */
void context_set_default_level(int level);

/* Fills in the program's part: identifier, run id, flags, default level, rules. */
void context_fill_params(struct scope_params *params);
