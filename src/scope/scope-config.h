/* SPDX-License-Identifier: MIT */
/* configuration: how somebody speaks: a process name with its settings, and the bytes that are the same in
 * all of its records, encoded once. Immutable; one piece of memory of its own. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "board/board.h"
#include "conf/settings.h"
#include "process/epoch.h"
#include "record/record.h"
#include "sink/sink.h"

enum { LEVEL_UNSET = -2 };

/* What a configuration is made of. Nothing of it is kept. */
struct scope_params {
	const char *identifier;
	const char *run_id;
	const char *process;
	const char *parent; /* "" : nobody forked or entered it */
	unsigned number;    /* %c; 0: none */
	pid_t pid;
	uint32_t generation; /* context_generation() before what the program says was read */
	bool single;         /* MPLOG_SINGLE */
	bool echo;           /* MPLOG_ECHO */
	int program_level;   /* mplog_set_level(), or LEVEL_UNSET */
	int default_level;   /* mplog_set_default_level(), or LEVEL_UNSET */
	struct bytes fields; /* encoded: those of mplog_set_field() */
	/* In the order in which they apply. Each may be NULL. */
	const struct rules *files;
	const struct rules *environment;
};

struct scope_config {
	struct retired retired;
	size_t mapped;

	int program_level;
	int level;
	enum level_by level_by;
	const char *origin; /* "/etc/mplog.conf:12", "MPLOG_LEVEL", or "" */

	unsigned burst; /* 0: no limit */
	unsigned interval_ms;
	bool sequence;
	const char *child_name; /* or NULL */

	unsigned number;
	const char *process;
	const char *parent;
	struct output output;
	struct bytes head;       /* encoded: who speaks */
	struct bytes fields;     /* encoded: the rules' and the program's, each name once */
	struct bytes own_fields; /* encoded: the program's alone */
};

/* Async-signal-safe. NULL: no memory. */
struct scope_config *scope_config_new(const struct scope_params *params);

/* Only where no other thread can see it. */
void scope_config_free(struct scope_config *config);

/* Retires it. */
void scope_config_retire(struct scope_config *config);
