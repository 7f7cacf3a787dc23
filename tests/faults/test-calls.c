/* SPDX-License-Identifier: MIT */
/* What a log call asks of the kernel, as strace(1) sees it: one send; and once a second what a look at the
 * configuration and at the sinks takes. */
#include "lib/faults.h"
#include "lib/journald.h"
#include "lib/suite.h"

#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	CALLS = 1000,
	LOOK_CALLS = 6,      /* a file of the configuration, its root, descriptor 2 */
	WAITS_A_SECOND = 20, /* a send waits for 50 ms */
	KEPT_MIN = 300,
};

static const char trace[] = "/run/mplog-test/strace";
static const char figures[] = "/run/mplog-test/figures";

/* ---- The program that is watched ----------------------------------------------------------- */

static long coarse_now(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return now.tv_sec * 1000000000L + now.tv_nsec;
}

/* While the calls were made. */
struct period {
	unsigned ticks;   /* how many they could see: looking once before each call can miss some */
	unsigned seconds; /* in each of which they look once, and in the first */
};

static struct period log_all(void)
{
	const long begin = coarse_now();
	struct timespec tick;
	long took;

	(void)clock_getres(CLOCK_MONOTONIC_COARSE, &tick);
	for (unsigned i = 0; i < CALLS; i++) {
		if (faults_log("calls", i) != 0)
			exit(EXIT_FAILURE);
	}
	/* Ticks are now and then a little shorter than the kernel says. */
	took = coarse_now() - begin + tick.tv_nsec / 2;
	return (struct period){ (unsigned)(took / tick.tv_nsec + 1),
				(unsigned)(took / 1000000000L) };
}

/* Between two calls of getppid(2) nothing is its own. */
static int be_watched(void)
{
	FILE *file = fopen(figures, "we");
	struct period period;

	if (!file || mplog_open("calls", "calls", 0) < 0 || faults_log("calls", 0) != 0)
		return EXIT_FAILURE;
	(void)getppid();
	period = log_all();
	(void)getppid();
	(void)mplog_dump();
	fprintf(file, "%u %u\n", period.ticks, period.seconds);
	return fclose(file) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* ---- The one that looks -------------------------------------------------------------------- */

static void run_strace(void)
{
	char strace[] = "strace", output[] = "-o", path[sizeof(trace)];
	char self[] = "/proc/self/exe", watched[] = "watched", real[4096] = "";
	char *const argv[] = { strace, output, path, real, watched, NULL };
	int status;
	pid_t pid;

	(void)memcpy(path, trace, sizeof(trace));
	ck_assert_int_gt(readlink(self, real, sizeof(real) - 1), 0);
	ck_assert_msg(posix_spawnp(&pid, "strace", NULL, NULL, argv, environ) == 0,
		      "install the package strace");
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(status == 0, "strace: wait status %#x", status);
}

static struct period read_period(void)
{
	FILE *file = fopen(figures, "re");
	struct period period;

	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(fscanf(file, "%u %u", &period.ticks, &period.seconds), 2);
	fclose(file);
	return period;
}

static unsigned looks_of(struct period period)
{
	return LOOK_CALLS * (period.seconds + 1);
}

static bool is_call(const char *line, const char *name)
{
	const size_t size = strlen(name);

	return strncmp(line, name, size) == 0 && line[size] == '(';
}

struct counts {
	unsigned sends, waits, checks, others;
};

static void count_line(void *all, const char *line)
{
	struct counts *counts = all;

	/* A journald that is slow just now makes a call wait, and send again. */
	if (is_call(line, "sendto") && strstr(line, "= -1 EAGAIN"))
		counts->waits++;
	else if (is_call(line, "sendto"))
		counts->sends++;
	else if (strstr(line, "S_IFSOCK"))
		counts->checks++;
	else
		counts->others++;
}

/* Has each line between two marks counted. */
static void read_trace(void *counts, void (*count)(void *counts, const char *line))
{
	FILE *file = fopen(trace, "re");
	bool inside = false;
	char line[8192];

	ck_assert_ptr_nonnull(file);
	while (fgets(line, sizeof(line), file)) {
		if (is_call(line, "getppid"))
			inside = !inside;
		else if (inside)
			count(counts, line);
	}
	fclose(file);
}

static const char *const configurations[] = {
	"defaults = { timeout_ms = 60000; };\n",
	"defaults = { timeout_ms = 60000; };\n"
	"processes = ({ name = \"*\"; level = \"debug\"; prefix = \"%n \"; fields = { A = \"b\"; };\n"
	"  rate_limit = { burst = 100000; interval_ms = 1000; }; });\n",
};

/* A file that was changed just now is read once more: it may change again in the same tick. */
static bool has_settled(const void *path)
{
	struct timespec now;
	struct stat st;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return stat(path, &st) == 0 && now.tv_sec - st.st_ctim.tv_sec >= 2;
}

START_TEST(one_send_a_call)
{
	struct counts counts = { 0 };
	struct period period;

	faults_configure(configurations[_i]);
	faults_wait(has_settled, getenv("MPLOG_CONF"));
	run_strace();
	read_trace(&counts, count_line);
	period = read_period();
	ck_assert_uint_eq(counts.sends, CALLS);
	ck_assert_uint_le(counts.waits, WAITS_A_SECOND * (period.seconds + 1));
	ck_assert_uint_le(counts.checks, period.ticks);
	ck_assert_uint_ge(counts.checks, period.ticks > 2 ? 1 : 0);
	ck_assert_uint_le(counts.others, looks_of(period));
}
END_TEST

/* ---- The black box ----------------------------------------------------------------------------- */

static void count_any(void *count, const char *line)
{
	(*(unsigned *)count)++;
	(void)line;
}

START_TEST(no_call_of_the_kernel_for_a_recorded_one)
{
	unsigned count = 0;

	faults_configure("defaults = { level = \"err\"; timeout_ms = 60000;\n"
			 "  blackbox = { level = \"debug\"; }; };\n");
	faults_wait(has_settled, getenv("MPLOG_CONF"));
	run_strace();
	read_trace(&count, count_any);
	ck_assert_uint_le(count, looks_of(read_period()));
	ck_assert_uint_ge(journal_count("MPLOG_BLACKBOX=1", NULL), KEPT_MIN);
}
END_TEST

/* ---- Standard error ---------------------------------------------------------------------------- */

struct line_counts {
	unsigned flagged, plain, checks, flags, others;
};

static bool is_call_on_2(const char *line, const char *name)
{
	const size_t size = strlen(name);

	return is_call(line, name) && strncmp(line + size, "(2,", 3) == 0;
}

static void count_stderr_line(void *all, const char *line)
{
	struct line_counts *counts = all;

	if (is_call_on_2(line, "pwritev2"))
		counts->flagged++;
	else if (is_call_on_2(line, "write"))
		counts->plain++;
	else if (is_call_on_2(line, "newfstatat") || is_call_on_2(line, "fstat"))
		counts->checks++;
	else if (is_call_on_2(line, "fcntl"))
		counts->flags++;
	else if (!is_call(line, "prlimit64")) /* with each check of a file */
		counts->others++;
}

static const char *const stderr_configurations[] = {
	"defaults = { sink = \"stderr\"; };\n",
	"defaults = { sink = \"stderr\"; stderr = { format = \"json\"; }; };\n",
};

START_TEST(one_write_a_call)
{
	struct line_counts counts = { 0 };

	(void)faults_stderr_file();
	faults_configure(stderr_configurations[_i]);
	faults_wait(has_settled, getenv("MPLOG_CONF"));
	run_strace();
	read_trace(&counts, count_stderr_line);
	ck_assert_uint_eq(counts.flagged + counts.plain, CALLS);
	ck_assert_uint_le(counts.others, looks_of(read_period()));
	/* A kernel without RWF_NOSIGNAL has each record look at the file. */
	if (counts.flagged > 0) {
		ck_assert_uint_le(counts.checks, read_period().ticks);
		ck_assert_uint_le(counts.flags, counts.checks);
	}
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite = suite_create("calls");
	TCase *tcase = suite_case(suite, "calls", journald_start, NULL);

	if (argc == 2 && strcmp(argv[1], "watched") == 0)
		_exit(be_watched()); /* no leak checker: it cannot look into a traced process */
	tcase_add_loop_test(tcase, one_send_a_call, 0,
			    sizeof(configurations) / sizeof(configurations[0]));
	tcase_add_test(tcase, no_call_of_the_kernel_for_a_recorded_one);
	tcase_add_loop_test(tcase, one_write_a_call, 0,
			    sizeof(stderr_configurations) / sizeof(stderr_configurations[0]));
	return suite_run(suite);
}
