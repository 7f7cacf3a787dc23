/* SPDX-License-Identifier: MIT */
/* source: the records that a timeline is drawn of: those of a program, of a run, or of a time. */
#pragma once

#include <stdint.h>
#include <systemd/sd-journal.h>

#include "base/glob.h"
#include "base/name.h"
#include "base/strbuf.h"
#include "tool/ui/progress.h"

struct source_options {
	const char *identifier; /* or NULL */
	const char *run;        /* RUN_ID; NULL: the newest one, where no time is given either */
	const char *namespace;  /* or NULL */
	const char *directory;  /* of journal files; NULL: this machine's journal */
	uint64_t since_us, until_us; /* 0: the beginning, the end */
	char **patterns;             /* globs on process names, NULL at the end; none: all */
};

struct source {
	struct source_options options;
	char run[RUN_ID_SIZE]; /* "": any */
	sd_journal *journal;
	struct glob *globs;
	size_t n_globs;
	struct progress progress;
};

/* Opens the journal before the first of the records. Returns 0 or a negative errno; source_close() in
 * both cases. */
int source_open(struct source *source, const struct source_options *options);
void source_close(struct source *source);

/* Goes back there. Returns 0 or a negative errno. */
int source_rewind(struct source *source);

/* Returns whether a process name is wanted. */
bool source_wants(const struct source *source, struct bytes name);
