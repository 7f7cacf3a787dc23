/* SPDX-License-Identifier: MIT */
/* Where records go: with and without a journal, with every kind of standard error, asked for by
 * name or not. The syslog is in test-syslog.c. */
#include "lib/child.h"
#include "lib/faults.h"
#include "lib/journald.h"
#include "lib/suite.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <syslog.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#define LOSS_NOTICE "MESSAGE_ID=71df69f8ea8d4de889630e30f4d7f242"

enum { LOST_RECORDS = 1000 };

static const char sink_notice[] = "424809d2c3084c3899eeffe3e6aa4b2a";
static int reader = -1;

/* ---- The world around ---------------------------------------------------------------------- */

/* As on a machine, or in a container, that never had one. */
static void no_journal(void)
{
	journald_kill();
	(void)unlink("/run/systemd/journal/socket");
	(void)unlink("/run/systemd/journal/stdout");
	(void)unlink("/run/systemd/journal/dev-log");
	(void)unlink("/dev/log");
}

static void with_journal(void)
{
	(void)unlink("/dev/log");
	ck_assert_int_eq(symlink("/run/systemd/journal/dev-log", "/dev/log"), 0);
	journald_start();
}

static void open_as(const char *name, unsigned flags)
{
	ck_assert_int_eq(mplog_open("where", name, flags), 0);
}

static void expect(const char *name, size_t in_journal, size_t on_stderr)
{
	if (journald_pid() > 0 && access("/run/systemd/journal/socket", F_OK) == 0)
		ck_assert_uint_eq(faults_entries_of(name, NULL, 0), in_journal);
	if (reader >= 0)
		ck_assert_uint_eq(faults_lines_of(reader, name, NULL, 0), on_stderr);
}

static void stderr_stream(bool named)
{
	char name[64];
	struct stat st;

	faults_stderr(sd_journal_stream_fd("where-stream", LOG_INFO, 1));
	ck_assert_int_eq(fstat(STDERR_FILENO, &st), 0);
	(void)snprintf(name, sizeof(name), "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
	if (named)
		ck_assert_int_eq(setenv("JOURNAL_STREAM", name, 1), 0);
}

/* All that standard error has. */
static size_t lines(void)
{
	return faults_lines(reader, "", "");
}

/* ---- By itself ----------------------------------------------------------------------------- */

START_TEST(to_the_journal_where_there_is_one)
{
	reader = faults_stderr_file();
	open_as("auto", 0);
	ck_assert_int_eq(faults_log("auto", 1), 0);
	expect("auto", 1, 0);
	ck_assert_uint_eq(lines(), 0);
}
END_TEST

START_TEST(to_standard_error_where_there_is_none)
{
	no_journal();
	reader = faults_stderr_file();
	open_as("none", 0);
	for (unsigned i = 1; i <= 3; i++)
		ck_assert_int_eq(faults_log("none", i), 0);
	expect("none", 0, 3);
	/* A choice, no failure: nothing but the records. */
	ck_assert_uint_eq(lines(), 3);
	ck_assert_uint_eq(faults_stats().sent, 3);
}
END_TEST

static void log_three(void *name)
{
	for (unsigned i = 1; i <= 3; i++)
		ck_assert_int_eq(faults_log(name, i), 0);
}

/* No warning in a child either. */
START_TEST(children_know_of_none)
{
	no_journal();
	reader = faults_stderr_file();
	open_as("main", 0);
	ck_assert_int_eq(faults_log("main", 1), 0);
	child_exited_well(faults_mplog_fork("fork", log_three, (char[]){ "fork" }));
	ck_assert_uint_eq(lines(), 4);
}
END_TEST

/* A journald that comes later is found. */
static bool is_in_journal(const void *name)
{
	ck_assert_int_eq(faults_log(name, 2), 0);
	return faults_entries_of(name, NULL, 0) > 0;
}

START_TEST(one_that_comes_later_is_found)
{
	no_journal();
	reader = faults_stderr_file();
	open_as("later", 0);
	ck_assert_int_eq(faults_log("later", 1), 0);
	with_journal();
	faults_wait(is_in_journal, "later");
	ck_assert_uint_ge(faults_lines_of(reader, "later", NULL, 0), 1);
}
END_TEST

START_TEST(nowhere)
{
	no_journal();
	if (_i)
		ck_assert_int_eq(close(STDERR_FILENO), 0);
	else
		faults_stderr(open("/dev/null", O_WRONLY | O_CLOEXEC));
	open_as("nowhere", 0);
	ck_assert_int_eq(faults_log("nowhere", 1), -ENOTCONN);
	ck_assert_int_eq(mplog_debug("below the level"), 0);
	ck_assert_int_eq(mplog(200, "no level"), -EINVAL);
	ck_assert_int_eq(mplog_emit(NULL, 200, 0, NULL, 0, "no level"), -EINVAL);
	ck_assert_int_eq(mplog_emit(NULL, -1, 0, NULL, 0, "no level"), -EINVAL);
	ck_assert_uint_eq(faults_stats().lost, 1);
	ck_assert_uint_eq(faults_stats().called, 1);
}
END_TEST

static const struct {
	const char *conf;
	int lost; /* what a call returns where there is no sink */
	bool journal_comes;
	bool journal_was_there;
} absences[] = {
	{ "", -ENOTCONN, false, false },
	{ "", -ENOTCONN, true, false },
	{ "", -ENOTCONN, true, true },
	{ "defaults = { sink = \"stderr\"; };", -ENOENT, false, false },
	{ "defaults = { sink = \"stderr\"; };", -ENOENT, false, true },
	{ "defaults = { sink = \"journal\"; };", -ENOENT, true, false },
	{ "defaults = { sink = \"journal\"; };", -ENOTCONN, true, true },
};

static bool gets_through(const void *lost)
{
	const int r = faults_log("later", 2);

	if (r != 0)
		ck_assert_int_eq(r, *(const int *)lost);
	return r == 0;
}

/* Where there is no sink a record is lost without much ado, and the first one that comes is found: it is
 * told of all that were lost. */
START_TEST(nowhere_until_a_sink_comes)
{
	struct journal_entries notices;
	char figure[64], name[32], match[64];

	(void)snprintf(name, sizeof(name), "until-%d", _i);
	(void)snprintf(match, sizeof(match), "PROCESS=%s", name);
	if (!absences[_i].journal_was_there)
		no_journal();
	faults_configure(absences[_i].conf);
	faults_stderr(open("/dev/null", O_WRONLY | O_CLOEXEC));
	open_as(name, 0);
	if (absences[_i].journal_was_there)
		journald_kill();
	for (unsigned i = 0; i < LOST_RECORDS; i++) {
		ck_assert_int_eq(faults_log(name, 1), absences[_i].lost);
		if (i % (LOST_RECORDS / 4) == 0)
			faults_wait_for_tick();
	}
	if (absences[_i].journal_comes)
		with_journal();
	else
		reader = faults_stderr_file();
	faults_wait(gets_through, &absences[_i].lost);
	ck_assert_uint_eq(faults_stats().lost, faults_stats().called - 1);
	(void)snprintf(figure, sizeof(figure), "%" PRIu64 " records were lost",
		       faults_stats().lost);
	if (!absences[_i].journal_comes) {
		ck_assert_uint_eq(faults_lines(reader, figure, ""), 1);
		ck_assert_uint_eq(lines(), 2);
		return;
	}
	notices = journal_read(LOSS_NOTICE, match, NULL);
	ck_assert_uint_eq(notices.n, 1);
	ck_assert_uint_eq(journal_sum(&notices, "MPLOG_LOST"), faults_stats().lost);
	journal_entries_free(&notices);
}
END_TEST

/* The descriptors that we take must not become the standard streams of a child. */
START_TEST(with_closed_streams)
{
	char byte;

	ck_assert_int_eq(close(STDERR_FILENO), 0);
	ck_assert_int_eq(close(STDIN_FILENO), 0);
	open_as("closed", 0);
	ck_assert_int_eq(faults_log("closed", 1), 0);
	ck_assert_int_eq(read(STDIN_FILENO, &byte, 1), -1);
	ck_assert_int_eq(errno, EBADF);
	ck_assert_int_eq(write(STDERR_FILENO, "", 1), -1);
	ck_assert_int_eq(errno, EBADF);
	expect("closed", 1, 0);
}
END_TEST

START_TEST(with_a_null_device_after_the_journal)
{
	faults_stderr(open("/dev/null", O_WRONLY | O_CLOEXEC));
	open_as("null", 0);
	ck_assert_int_eq(faults_log("null", 1), 0);
	journald_kill();
	ck_assert_int_lt(faults_log("null", 2), 0);
	ck_assert_uint_eq(faults_stats().lost, 1);
}
END_TEST

/* ---- MPLOG_SINGLE -------------------------------------------------------------------------- */

START_TEST(single_to_standard_error)
{
	reader = faults_stderr_file();
	open_as("single", MPLOG_SINGLE);
	ck_assert_int_eq(faults_log("single", 1), 0);
	expect("single", 0, 1);
}
END_TEST

START_TEST(single_where_standard_error_is_the_journal)
{
	struct journal_entries entries;

	stderr_stream(true);
	open_as("single-stream", MPLOG_SINGLE);
	ck_assert_int_eq(faults_log("single-stream", 1), 0);
	expect("single-stream", 1, 0);
	/* Its stream got nothing. */
	entries = journal_read("SYSLOG_IDENTIFIER=where-stream", NULL);
	ck_assert_uint_eq(entries.n, 0);
	journal_entries_free(&entries);
}
END_TEST

START_TEST(single_without_standard_error)
{
	ck_assert_int_eq(close(STDERR_FILENO), 0);
	open_as("single-closed", MPLOG_SINGLE);
	ck_assert_int_eq(faults_log("single-closed", 1), 0);
	expect("single-closed", 1, 0);
}
END_TEST

/* A JOURNAL_STREAM that leaked into a shell names another descriptor. */
START_TEST(single_with_a_stale_stream)
{
	ck_assert_int_eq(setenv("JOURNAL_STREAM", "8:12345", 1), 0);
	reader = faults_stderr_file();
	open_as("single-stale", MPLOG_SINGLE);
	ck_assert_int_eq(faults_log("single-stale", 1), 0);
	expect("single-stale", 0, 1);
}
END_TEST

/* ---- By name ------------------------------------------------------------------------------- */

START_TEST(standard_error_by_name)
{
	faults_configure("defaults = { sink = \"stderr\"; };");
	reader = faults_stderr_file();
	open_as("by-name", 0);
	ck_assert_int_eq(faults_log("by-name", 1), 0);
	expect("by-name", 0, 1);
}
END_TEST

/* Text on a stream of the journal keeps its level. */
START_TEST(standard_error_by_name_is_a_stream)
{
	struct journal_entries entries;

	faults_configure("defaults = { sink = \"stderr\"; };");
	stderr_stream(true);
	open_as("by-stream", 0);
	ck_assert_int_eq(mplog_warning("to the stream"), 0);
	entries = journal_read("SYSLOG_IDENTIFIER=where-stream", NULL);
	ck_assert_uint_eq(entries.n, 1);
	ck_assert_str_eq(journal_value(entries.entries, "PRIORITY"), "4");
	ck_assert_ptr_nonnull(strstr(journal_value(entries.entries, "MESSAGE"), "to the stream"));
	journal_entries_free(&entries);
}
END_TEST

START_TEST(syslog_by_name_is_journald_s)
{
	struct journal_entries entries;

	faults_configure("defaults = { sink = \"syslog\"; };");
	open_as("by-syslog", 0);
	ck_assert_int_eq(mplog_notice("to the syslog"), 0);
	entries = journal_read("SYSLOG_IDENTIFIER=where", "_TRANSPORT=syslog", NULL);
	ck_assert_uint_eq(entries.n, 1);
	ck_assert_str_eq(journal_value(entries.entries, "PRIORITY"), "5");
	ck_assert_ptr_nonnull(strstr(journal_value(entries.entries, "MESSAGE"), "to the syslog"));
	journal_entries_free(&entries);
}
END_TEST

static void log_diverted(void *name)
{
	for (unsigned i = 1; i <= 3; i++)
		ck_assert_int_eq(faults_log(name, i), 1);
}

/* Down the same chain, and it is reported once, by the first process that finds out. */
START_TEST(what_fails_by_name_says_so_once)
{
	faults_configure(_i ? "defaults = { sink = \"syslog\"; };"
			    : "defaults = { sink = \"journal\"; };");
	no_journal();
	reader = faults_stderr_file();
	open_as("forced", 0);
	log_diverted((char[]){ "forced" });
	child_exited_well(faults_mplog_fork("forced-1", log_diverted, (char[]){ "forced-1" }));
	ck_assert_uint_eq(faults_lines_of(reader, "forced", NULL, 0), 3);
	ck_assert_uint_eq(faults_lines_of(reader, "forced-1", NULL, 0), 3);
	ck_assert_uint_eq(faults_lines(reader, _i ? "syslog" : "journal", "No such file"), 1);
	ck_assert_uint_eq(lines(), 7);
	ck_assert_uint_eq(faults_stats().diverted, 3);
}
END_TEST

START_TEST(standard_error_that_is_none_says_so_once)
{
	char match[64];
	struct journal_entries entries;

	faults_configure("defaults = { sink = \"stderr\"; };");
	ck_assert_int_eq(close(STDERR_FILENO), 0);
	open_as("no-stderr", 0);
	log_diverted((char[]){ "no-stderr" });
	(void)snprintf(match, sizeof(match), "MESSAGE_ID=%s", sink_notice);
	entries = journal_read(match, "PROCESS=no-stderr", NULL);
	ck_assert_uint_eq(entries.n, 1);
	ck_assert_str_eq(journal_value(entries.entries, "MPLOG_SINK"), "stderr");
	ck_assert_ptr_null(journal_value(entries.entries, "PROCESS_SEQ"));
	journal_entries_free(&entries);
	ck_assert_uint_eq(faults_entries_of("no-stderr", NULL, 0), 3);
}
END_TEST

/* The notice of diverted records says to a journal that is back that it failed. */
START_TEST(a_journal_by_name_that_dies)
{
	faults_configure("defaults = { sink = \"journal\"; };");
	reader = faults_stderr_file();
	open_as("dies", 0);
	ck_assert_int_eq(faults_log("dies", 1), 0);
	journald_kill();
	log_diverted((char[]){ "dies" });
	ck_assert_uint_eq(lines(), 4);
	ck_assert_uint_eq(faults_lines(reader, "process=dies ", "journal"), 1);
}
END_TEST

/* What ends in the journald that is gone is not tried, and costs the last one nothing of its time. */
START_TEST(the_whole_deadline_is_for_the_one_that_is_left)
{
	char buffer[4096] = "";
	double before;
	int ends[2];

	faults_configure("defaults = { timeout_ms = 1000; };");
	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	faults_stderr(ends[1]);
	open_as("left", 0);
	ck_assert_int_eq(faults_log("left", 1), 0);
	journald_kill();
	ck_assert_int_eq(fcntl(STDERR_FILENO, F_SETFL, O_NONBLOCK), 0);
	while (write(STDERR_FILENO, buffer, sizeof(buffer)) > 0)
		;
	ck_assert_int_eq(fcntl(STDERR_FILENO, F_SETFL, 0), 0);
	before = faults_now();
	ck_assert_int_eq(faults_log("left", 2), -ENOTCONN);
	ck_assert_double_ge(faults_now() - before, 1);
	close(ends[0]);
}
END_TEST

/* ---- Echo ---------------------------------------------------------------------------------- */

/* fd 2 is a terminal; returns its other side. */
static int stderr_terminal(void)
{
	const int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);

	ck_assert_int_ge(master, 0);
	ck_assert_int_eq(grantpt(master), 0);
	ck_assert_int_eq(unlockpt(master), 0);
	ck_assert_int_eq(fcntl(master, F_SETFL, O_NONBLOCK), 0);
	faults_stderr(open(ptsname(master), O_WRONLY | O_NOCTTY | O_CLOEXEC));
	return master;
}

static const struct {
	const char *conf;
	unsigned flags;
	int on_terminal, in_file;
} echoes[] = {
	{ "", 0, 1, 0 },
	{ "defaults = { echo = true; };", 0, 1, 1 },
	{ "defaults = { echo = false; };", 0, 0, 0 },
	{ "defaults = { echo = \"auto\"; };", 0, 1, 0 },
	{ "", MPLOG_ECHO, 1, 1 },
	{ "defaults = { echo = false; };", MPLOG_ECHO, 0, 0 },
};

START_TEST(echo_to_a_terminal)
{
	char buffer[4096] = "", name[32];
	const int master = stderr_terminal();

	(void)snprintf(name, sizeof(name), "tty-%d", _i);
	faults_configure(echoes[_i].conf);
	open_as(name, echoes[_i].flags);
	ck_assert_int_eq(faults_log(name, 1), 0);
	ck_assert_int_ge(read(master, buffer, sizeof(buffer) - 1) + 1, 0); /* -1: none */
	ck_assert_int_eq(strstr(buffer, ":1]") != NULL, echoes[_i].on_terminal);
	/* In colour. */
	ck_assert_int_eq(strchr(buffer, '\033') != NULL, echoes[_i].on_terminal);
	expect(name, 1, 0);
}
END_TEST

START_TEST(echo_to_a_file)
{
	char name[32];

	(void)snprintf(name, sizeof(name), "file-%d", _i);
	reader = faults_stderr_file();
	faults_configure(echoes[_i].conf);
	open_as(name, echoes[_i].flags);
	ck_assert_int_eq(faults_log(name, 1), 0);
	expect(name, 1, (size_t)echoes[_i].in_file);
}
END_TEST

static size_t entries_with(const char *text)
{
	struct journal_entries entries =
		journal_read("SYSLOG_IDENTIFIER=where", "SYSLOG_IDENTIFIER=where-stream", NULL);
	size_t n = 0;

	for (size_t i = 0; i < entries.n; i++)
		n += strstr(journal_value(&entries.entries[i], "MESSAGE"), text) != NULL;
	journal_entries_free(&entries);
	return n;
}

/* Never twice into the journal, be the stream known by JOURNAL_STREAM or not. */
START_TEST(no_echo_into_the_journal)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "only once %d", _i);
	faults_configure(_i & 2 ? "defaults = { echo = true; sink = \"syslog\"; };"
				: "defaults = { echo = true; };");
	stderr_stream(_i & 1);
	open_as("once", 0);
	ck_assert_int_eq(mplog_info("%s", text), 0);
	ck_assert_uint_eq(entries_with(text), 1);
}
END_TEST

/* ---- Few descriptors ----------------------------------------------------------------------- */

static void limit_descriptors(unsigned n)
{
	const struct rlimit limit = { n, n };

	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

/* The board needs one, and the journal another one. */
enum { FEW_ENOUGH = 5 };

static void log_with_few(void *number)
{
	const unsigned n = *(const unsigned *)number;

	closefrom(3);
	limit_descriptors(n);
	/* No assertions any more: Check's own descriptor is gone. */
	if (mplog_open("where", "few", 0) != 0 || faults_log("few", n) != (n < FEW_ENOUGH))
		_exit(EXIT_FAILURE);
}

START_TEST(with_few_descriptors)
{
	static unsigned limits[] = { 3, 4, 5, 6, 8, 16, 64, 256, 300 };
	const size_t n = sizeof(limits) / sizeof(limits[0]);

	reader = faults_stderr_file();
	for (size_t i = 0; i < n; i++)
		child_exited_well(faults_fork(log_with_few, &limits[i]));
	ck_assert_uint_eq(journal_count("PROCESS=few", "PROCESS_SEQ=1", NULL), n - 2);
	ck_assert_uint_eq(faults_lines_of(reader, "few", NULL, 0), 2);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("where");
	TCase *tcase = suite_case(suite, "where", with_journal, NULL);

	tcase_add_test(tcase, to_the_journal_where_there_is_one);
	tcase_add_test(tcase, to_standard_error_where_there_is_none);
	tcase_add_test(tcase, children_know_of_none);
	tcase_add_test(tcase, one_that_comes_later_is_found);
	tcase_add_loop_test(tcase, nowhere, 0, 2);
	tcase_add_loop_test(tcase, nowhere_until_a_sink_comes, 0,
			    sizeof(absences) / sizeof(absences[0]));
	tcase_add_test(tcase, with_closed_streams);
	tcase_add_test(tcase, with_a_null_device_after_the_journal);
	tcase_add_test(tcase, single_to_standard_error);
	tcase_add_test(tcase, single_where_standard_error_is_the_journal);
	tcase_add_test(tcase, single_without_standard_error);
	tcase_add_test(tcase, single_with_a_stale_stream);
	tcase_add_test(tcase, standard_error_by_name);
	tcase_add_test(tcase, standard_error_by_name_is_a_stream);
	tcase_add_test(tcase, syslog_by_name_is_journald_s);
	tcase_add_loop_test(tcase, what_fails_by_name_says_so_once, 0, 2);
	tcase_add_test(tcase, standard_error_that_is_none_says_so_once);
	tcase_add_test(tcase, a_journal_by_name_that_dies);
	tcase_add_test(tcase, the_whole_deadline_is_for_the_one_that_is_left);
	tcase_add_loop_test(tcase, echo_to_a_terminal, 0, sizeof(echoes) / sizeof(echoes[0]));
	tcase_add_loop_test(tcase, echo_to_a_file, 0, sizeof(echoes) / sizeof(echoes[0]));
	tcase_add_loop_test(tcase, no_echo_into_the_journal, 0, 4);
	tcase_add_test(tcase, with_few_descriptors);
	return suite_run(suite);
}
