/* SPDX-License-Identifier: MIT */
/* program: what holds for the whole program: its identifier, run, flags, and the rules in force.
 * Immutable; a reload publishes another one. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "conf/conf.h"
#include "conf/env.h"
#include "process/epoch.h"
#include "base/name.h"
#include "scope/scope-config.h"

struct environment {
	struct retired retired;
	struct env env;
	char *file; /* mplog_options.config, or NULL */
};

struct program {
	struct retired retired;
	bool is_open;
	unsigned flags; /* MPLOG_SINGLE ... */
	char identifier[IDENTIFIER_SIZE];
	struct conf_options options;     /* options.file is the program's or the environment's */
	struct conf *conf;               /* or NULL */
	struct environment *environment; /* or NULL */
};

/* Sets the run's id, and the identifier until mplog_open(). Once, at the program's start. */
void program_init(void);

/* The one in force; never NULL. Hold an epoch while it is used. */
const struct program *program_get(void);

/* The same but for its conf, or NULL: no memory. */
struct program *program_copy(const struct program *program, struct conf *conf);

/* Puts it in force; the one before and its conf are retired, and its environment where it is not
 * this one's too. NULL: as before mplog_open(). */
void program_publish(struct program *program);

/* Counts what was published: configurations of an earlier number are out of date. Read it before the
 * program. program_touch(): something else that configurations are made of has changed. */
extern _Atomic uint32_t program_generation_now;
void program_touch(void);

static inline uint32_t program_generation(void)
{
	return atomic_load_explicit(&program_generation_now, memory_order_relaxed);
}

/* This run's RUN_ID: $MPLOG_RUN_ID, what systemd gave to this very process, or random. */
const char *program_run_id(void);

/* mplog_set_default_level() */
void program_set_default_level(int level);

/* Fills in what the program says: identifier, run, default level, rules. */
void program_describe(struct scope_params *params);
