/* SPDX-License-Identifier: MIT */
/* scope-config: the resolved settings of a scope, and the bytes that are the same in all of its
 * records, encoded once. Immutable; each in memory of its own. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "blackbox/ring.h"
#include "board/board.h"
#include "conf/settings.h"
#include "process/epoch.h"
#include "record/record.h"
#include "sink/sink.h"

enum { LEVEL_UNSET = -2 };

/* What a scope's configuration is made of; it is copied. */
struct scope_params {
	const char *identifier;
	const char *run_id;
	const char *process;
	const char *parent; /* the name that forked or entered it; "": none */
	unsigned number;    /* %c; 0: none */
	pid_t pid;
	uint32_t generation; /* context_generation() before the context was read */
	bool single;         /* MPLOG_SINGLE */
	bool echo;           /* MPLOG_ECHO */
	int program_level;   /* mplog_set_level(), or LEVEL_UNSET */
	int default_level;   /* mplog_set_default_level(), or LEVEL_UNSET */
	int facility;        /* mplog_options.facility as syslog's number; 0: not set */
	struct bytes fields; /* encoded: of mplog_set_field() */
	/* In the order in which they apply; each may be NULL. */
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

	int blackbox_level; /* MPLOG_NONE: no black box */
	int blackbox_dump;  /* a record of this level or worse has it dumped */
	unsigned blackbox_kb;
	struct speaker speaker; /* for its entries */

	unsigned number;
	const char *process;
	const char *parent;
	struct output output;
	struct bytes head;       /* encoded: SYSLOG_IDENTIFIER, PROCESS ... */
	struct bytes fields;     /* encoded: the rules' and the program's, each name once */
	struct bytes own_fields; /* encoded: the program's alone */
};

/* Makes a configuration; NULL: no memory. Async-signal-safe. */
struct scope_config *scope_config_new(const struct scope_params *params);

/* Frees a configuration that no other thread can see. */
void scope_config_free(struct scope_config *config);

/* Frees a configuration once no call uses it any more. */
void scope_config_retire(struct scope_config *config);
