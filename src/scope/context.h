/* SPDX-License-Identifier: MIT */
/* program: what holds for the whole program: its identifier, run, flags, and the rules in force.
 * Immutable; a reload publishes another one. */
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

struct context {
	struct retired retired;
	bool is_open;
	unsigned flags; /* MPLOG_SINGLE ... */
	char identifier[IDENTIFIER_SIZE];
	struct conf_options options;     /* options.file is the program's or the environment's */
	struct conf *conf;               /* or NULL */
	struct environment *environment; /* or NULL */
};

/* Sets the run's id, and the identifier until mplog_open(). Once, at the program's start. */
void context_init(void);

/* The one in force; never NULL. Hold an epoch while it is used. */
const struct context *context_get(void);

/* The same but for its conf, or NULL: no memory. */
struct context *context_copy(const struct context *context, struct conf *conf);

/* Puts it in force; the one before and its conf are retired, and its environment where it is not
 * this one's too. NULL: as before mplog_open(). */
void context_publish(struct context *context);

/* Counts what was published: configurations of an earlier number are out of date. Read it before the
 * program. context_invalidate(): something else that configurations are made of has changed. */
extern _Atomic uint32_t context_generation_now;
void context_invalidate(void);

static inline uint32_t context_generation(void)
{
	return atomic_load_explicit(&context_generation_now, memory_order_relaxed);
}

/* This run's RUN_ID: $MPLOG_RUN_ID, what systemd gave to this very process, or random. */
const char *context_run_id(void);

/* mplog_set_default_level() */
void context_set_default_level(int level);

/* Fills in what the program says: identifier, run, default level, rules. */
void context_fill_params(struct scope_params *params);
