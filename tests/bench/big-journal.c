/* SPDX-License-Identifier: MIT */
#include "big-journal.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
	US_PER_S = 1000 * 1000,
	DAY_SECONDS = 24 * 60 * 60,
	LOST_BEHIND = 5, /* the numbers behind this one are missing */
	LOST = 3,
	SITES = 12,
	PATH_SIZE = 4096,
	COMMAND_SIZE = 4 * PATH_SIZE,
};

static const uint64_t begin_us = UINT64_C(1795300000) * US_PER_S;

/* The number of the last record of each process. */
static uint64_t sequence[BIG_JOURNAL_RUNS][BIG_JOURNAL_PROCESSES];

static void fail(const char *what)
{
	(void)fprintf(stderr, "bench-journal: %s: it failed\n", what);
	exit(EXIT_FAILURE);
}

void big_journal_run_id(char id[BIG_JOURNAL_ID_SIZE], unsigned run)
{
	(void)snprintf(id, BIG_JOURNAL_ID_SIZE, "%032x", 0xb1900000U + run);
}

/* The next number of a sequence that is the same each time, and looks like chance. */
static unsigned next_chance(void)
{
	static uint64_t state = 1;

	state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(state >> 33);
}

static unsigned choose_level(unsigned chance)
{
	if (chance % 100 == 0)
		return 4;
	return chance % 5 == 0 ? 7 : 6;
}

/* What journald adds, of a service. */
static void put_trusted(FILE *file, unsigned program, unsigned pid, uint64_t sent_us)
{
	(void)fprintf(file,
		      "_BOOT_ID=4f1e2d3c4b5a69788796a5b4c3d2e1f0\n"
		      "_MACHINE_ID=0123456789abcdef0123456789abcdef\n_HOSTNAME=alpha\n"
		      "_RUNTIME_SCOPE=system\n_TRANSPORT=journal\n_UID=%u\n_GID=%u\n"
		      "_CAP_EFFECTIVE=0\n_COMM=program-%u\n_EXE=/usr/sbin/program-%u\n"
		      "_CMDLINE=/usr/sbin/program-%u --foreground\n"
		      "_SYSTEMD_CGROUP=/system.slice/program-%u.service\n"
		      "_SYSTEMD_UNIT=program-%u.service\n_SYSTEMD_SLICE=system.slice\n"
		      "_PID=%u\n_SOURCE_REALTIME_TIMESTAMP=%" PRIu64 "\n",
		      900 + program, 900 + program, program, program, program, program, program,
		      pid, sent_us);
}

static void put_names(FILE *file, unsigned program, unsigned run, unsigned process)
{
	char id[BIG_JOURNAL_ID_SIZE];

	big_journal_run_id(id, run);
	(void)fprintf(file, "SYSLOG_IDENTIFIER=program-%u\nRUN_ID=%s\n", program, id);
	if (process == 0)
		(void)fputs("PROCESS=main\n", file);
	else
		(void)fprintf(file, "PROCESS=worker-%u\nPROCESS_PARENT=main\n", process);
}

static uint64_t next_sequence(unsigned run, unsigned process)
{
	uint64_t *const last = &sequence[run][process];

	*last += *last == LOST_BEHIND ? LOST + 1 : 1;
	return *last;
}

static void put_record(FILE *file, unsigned long i, unsigned long records)
{
	const unsigned chance = next_chance(), site = chance % SITES;
	const unsigned program = (unsigned)(i % BIG_JOURNAL_PROGRAMS);
	const unsigned shift = (unsigned)(i / (records / BIG_JOURNAL_SHIFTS));
	const unsigned run = (shift < BIG_JOURNAL_SHIFTS ? shift : BIG_JOURNAL_SHIFTS - 1) *
				     BIG_JOURNAL_PROGRAMS +
			     program;
	const unsigned process = chance / SITES % BIG_JOURNAL_PROCESSES;
	const unsigned pid = 1000 + run * BIG_JOURNAL_PROCESSES + process;
	const uint64_t at_us = i * (DAY_SECONDS * (uint64_t)US_PER_S / records);

	(void)fprintf(file, "__REALTIME_TIMESTAMP=%" PRIu64 "\n__MONOTONIC_TIMESTAMP=%" PRIu64 "\n",
		      begin_us + at_us, US_PER_S + at_us);
	put_trusted(file, program, pid, begin_us + at_us - 60);
	put_names(file, program, run, process);
	(void)fprintf(file,
		      "PRIORITY=%u\nLOGGER=root\nTID=%u\nPROCESS_SEQ=%" PRIu64 "\n"
		      "CODE_FILE=src/part-%u.c\nCODE_LINE=%u\nCODE_FUNC=read_part_%u\n"
		      "MESSAGE=Part %lu of file-%u.csv: %u rows\n\n",
		      choose_level(chance / 7), pid, next_sequence(run, process), site % 4,
		      100 + 7 * site, site, i, chance % 1000, chance % 100000);
}

static FILE *begin_files(const char *directory)
{
	char command[COMMAND_SIZE];
	FILE *file;

	(void)snprintf(command, sizeof(command),
		       "rm -rf '%s' && mkdir -p '%s' &&\n"
		       "PATH=$PATH:/lib/systemd:/usr/lib/systemd "
		       "systemd-journal-remote -o '%s/big.journal' - 2>/dev/null",
		       directory, directory, directory);
	(void)fprintf(stderr, "bench-journal: making %s\n", directory);
	file = popen(command, "we");
	if (!file)
		fail(command);
	return file;
}

/* A directory that is there is whole: it is made under another name. */
void big_journal_make(const char *directory, unsigned long records)
{
	char unfinished[PATH_SIZE];
	FILE *file;

	if (access(directory, F_OK) == 0)
		return;
	(void)snprintf(unfinished, sizeof(unfinished), "%s.unfinished", directory);
	file = begin_files(unfinished);
	for (unsigned long i = 0; i < records && !ferror(file); i++)
		put_record(file, i, records);
	if (pclose(file) != 0)
		fail("systemd-journal-remote, of the package of that name");
	if (rename(unfinished, directory) < 0)
		fail(directory);
}
