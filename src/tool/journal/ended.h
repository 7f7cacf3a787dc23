/* SPDX-License-Identifier: MIT */
/* ended: reports of processes that have ended, by notices of their parents and by boards, and which
 * process of the tally each is about. */
#pragma once

#include "tool/journal/tally.h"

struct report {
	struct run *run;
	sd_id128_t boot_id;
	pid_t pid;     /* as the process sees itself */
	uid_t uid;     /* of the reporter */
	bool is_alive; /* the process lives: only since_us is known */
	bool is_own;   /* the run is the reporter's own: the process need not have a record */
	struct bytes identifier, name;
	uint64_t since_us, until_us; /* its life, as far as known; 0: unknown */
	struct figures figures;
	size_t order; /* of arrival */
	bool is_applied;
};

struct reports {
	bool may_add; /* processes without a record count */
	struct report *report;
	size_t n, room;
};

/* Adds a report, whose identifier and name are of tally_copy(). */
void reports_add(struct reports *reports, const struct report *report);

/* Adds what the reports say to their processes, and processes that have no record at all. */
void reports_apply(struct reports *reports, struct tally *tally);
void reports_free(struct reports *reports);
