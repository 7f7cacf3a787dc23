/* SPDX-License-Identifier: MIT */
/* emit: one log call behind the gate, from the last word about its level to the counters. */
#pragma once

#include <stdbool.h>

#include "mplog.h"
#include "record.h"
#include "route.h"
#include "scope.h"
#include "thread.h"

struct emission {
	const struct mplog_site *site;
	int level;
	int error;
	const struct mplog_field *fields;
	size_t n_fields;
	const char *fmt; /* with ap; NULL: message */
	va_list *ap;
	struct bytes message;
	bool in_signal; /* nothing that is not async-signal-safe */
};

/* As the log functions of mplog.h return. Leaves errno alone. */
int emit(const struct emission *emission);

/* The level in force for the thread, with what people outside said. */
int emit_level(struct thread *thread);

