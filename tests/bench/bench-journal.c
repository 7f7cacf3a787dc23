/* SPDX-License-Identifier: MIT */
/* bench-journal [--json] [--records=N] DIRECTORY: mplog beside journalctl with the same matches, in a big
 * journal that is made there once. Both are found in the PATH. */
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "big-journal.h"
#include "measure.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define NAME         "worker-17"
#define PROGRAM      "program-1"

enum {
	RECORDS = 2 * 1000 * 1000,
	LINES = 20,
	RUN = BIG_JOURNAL_RUNS / 2, /* one of those in the middle */
	ROUNDS = 5,
	SHORT_ROUNDS = 21, /* of what takes milliseconds */
	ROWS = 6,
	COMMAND_SIZE = 4096,
	SAMPLE_US = 2000,
	MEMORY_BAR_KIB = 4096,
};

/* What is measured: journalctl, and mplog. */
enum command {
	JOURNALCTL_LINES,
	TAIL_LINES,
	JOURNALCTL_RUN,
	TAIL_RUN,
	TIMELINE_RUN,
	COUNT_PROGRAM,
	GAPS_PROGRAM,
	COUNT_RUN,
	GAPS_RUN,
	COMMANDS
};

static char commands[COMMANDS][COMMAND_SIZE];

static void set_command(enum command command, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void set_command(enum command command, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(commands[command], COMMAND_SIZE, format, ap);
	va_end(ap);
}

static void set_commands(const char *directory)
{
	char run[BIG_JOURNAL_ID_SIZE];

	big_journal_run_id(run, RUN);
	set_command(JOURNALCTL_LINES, "exec journalctl -q -D '%s' -n %d PROCESS=%s >/dev/null",
		    directory, LINES, NAME);
	set_command(TAIL_LINES, "exec mplog tail -D '%s' -n %d %s >/dev/null", directory, LINES,
		    NAME);
	set_command(JOURNALCTL_RUN, "exec journalctl -q -D '%s' RUN_ID=%s >/dev/null", directory,
		    run);
	set_command(TAIL_RUN, "exec mplog tail -D '%s' --run=%s >/dev/null", directory, run);
	set_command(TIMELINE_RUN, "exec mplog timeline -D '%s' --run=%s >/dev/null", directory,
		    run);
	set_command(COUNT_PROGRAM,
		    "journalctl -q -D '%s' -o cat SYSLOG_IDENTIFIER=%s | wc -l >/dev/null",
		    directory, PROGRAM);
	set_command(GAPS_PROGRAM, "exec mplog gaps -D '%s' -t %s >/dev/null", directory, PROGRAM);
	set_command(COUNT_RUN, "journalctl -q -D '%s' -o cat RUN_ID=%s | wc -l >/dev/null",
		    directory, run);
	set_command(GAPS_RUN, "exec mplog gaps -D '%s' --run=%s >/dev/null", directory, run);
}

static void fail(const char *what)
{
	(void)fprintf(stderr, "bench-journal: %s: it failed\n", what);
	exit(EXIT_FAILURE);
}

/* Numbers are missing in this journal: mplog gaps answers 1. */
static void check_status(enum command command, int status)
{
	const bool is_gaps = command == GAPS_PROGRAM || command == GAPS_RUN;

	if (!WIFEXITED(status) || WEXITSTATUS(status) != is_gaps)
		fail(commands[command]);
}

static void run(enum command command)
{
	check_status(command, system(commands[command]));
}

static void journalctl_lines(void)
{
	run(JOURNALCTL_LINES);
}

static void tail_lines(void)
{
	run(TAIL_LINES);
}

static void journalctl_run(void)
{
	run(JOURNALCTL_RUN);
}

static void tail_run(void)
{
	run(TAIL_RUN);
}

static void timeline_run(void)
{
	run(TIMELINE_RUN);
}

static void count_program(void)
{
	run(COUNT_PROGRAM);
}

static void gaps_program(void)
{
	run(GAPS_PROGRAM);
}

static void count_run(void)
{
	run(COUNT_RUN);
}

static void gaps_run(void)
{
	run(GAPS_RUN);
}

/* Nanoseconds a record: CALLS are the records that one command reads. */
static double round_of_command(void (*call)(void), const struct scenario *scenario)
{
	const double begin = now_ns();

	call();
	return (now_ns() - begin) / scenario->calls;
}

static void measure_rows(unsigned long records)
{
	static const struct contender lines[] = {
		{ .name = "journalctl -n 20 PROCESS=" NAME, .call = journalctl_lines },
		{ .name = "mplog tail -n 20 " NAME, .call = tail_lines, .bar = 1.3 },
	};
	static const struct contender of_run[] = {
		{ .name = "journalctl RUN_ID=...", .call = journalctl_run },
		{ .name = "mplog tail --run=...", .call = tail_run, .bar = 1.3 },
		{ .name = "mplog timeline --run=...", .call = timeline_run },
	};
	static const struct contender counted[] = {
		{ .name = "journalctl -o cat -t " PROGRAM " | wc -l", .call = count_program },
		{ .name = "mplog gaps -t " PROGRAM, .call = gaps_program, .bar = 1.2 },
	};
	static const struct contender counted_run[] = {
		{ .name = "journalctl -o cat RUN_ID=... | wc -l", .call = count_run },
		{ .name = "mplog gaps --run=...", .call = gaps_run, .bar = 1.2 },
	};
	struct scenario scenario = { .round = round_of_command, .rounds = SHORT_ROUNDS };

	scenario.title = "the last 20 records of a name, each";
	scenario.calls = LINES;
	measure(&scenario, lines, COUNT(lines));
	scenario.title = "all records of a run, each";
	scenario.calls = (unsigned)(records / BIG_JOURNAL_RUNS);
	scenario.rounds = ROUNDS;
	measure(&scenario, of_run, COUNT(of_run));
	scenario.title = "is one of a run missing, each";
	measure(&scenario, counted_run, COUNT(counted_run));
	scenario.title = "is one of a program missing, each";
	scenario.calls = (unsigned)(records / BIG_JOURNAL_PROGRAMS);
	measure(&scenario, counted, COUNT(counted));
}

/* Memory of the process's own, not the pages of the journal that it has mapped. 0: it has ended. */
static double anonymous_kib(pid_t pid)
{
	char path[64], line[256];
	double kib = 0;
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%ld/status", (long)pid);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		(void)sscanf(line, "RssAnon: %lf", &kib);
	if (file)
		(void)fclose(file);
	return kib;
}

static double greatest_kib(enum command command)
{
	const pid_t pid = fork();
	double greatest = 0;
	int status;

	if (pid < 0)
		fail("fork");
	if (pid == 0) {
		(void)execlp("sh", "sh", "-c", commands[command], (char *)NULL);
		_exit(127);
	}
	while (waitpid(pid, &status, WNOHANG) == 0) {
		const double kib = anonymous_kib(pid);

		greatest = kib > greatest ? kib : greatest;
		(void)usleep(SAMPLE_US);
	}
	check_status(command, status);
	return greatest;
}

static void measure_memory(enum command command, const char *name)
{
	measure_figure("memory of its own", name, greatest_kib(command), "KiB", MEMORY_BAR_KIB);
}

int main(int argc, char **argv)
{
	static const struct option options[] = { { "json", no_argument, NULL, 'j' },
						 { "records", required_argument, NULL, 'r' },
						 { 0 } };
	unsigned long records = RECORDS;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) >= 0) {
		if (option == 'j')
			measure_as_json(true);
		else if (option == 'r')
			records = strtoul(optarg, NULL, 10);
	}
	if (optind != argc - 1 || records < BIG_JOURNAL_RUNS) {
		(void)fprintf(stderr, "usage: bench-journal [--json] [--records=N] DIRECTORY\n");
		return EXIT_FAILURE;
	}
	big_journal_make(argv[optind], records);
	set_commands(argv[optind]);
	measure_begin();
	measure_announce(ROWS);
	measure_rows(records);
	measure_memory(GAPS_PROGRAM, "mplog gaps -t " PROGRAM);
	measure_memory(TAIL_RUN, "mplog tail --run=...");
	return measure_end();
}
