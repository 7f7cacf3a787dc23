/* SPDX-License-Identifier: MIT */
/* A terminal that takes nothing any more, as after Ctrl-S: an echo never waits for it, and where it is
 * the sink a call waits no longer than its deadline. */
#include "lib/faults.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>

#include "lib/journald.h"
#include "lib/require.h"
#include "lib/suite.h"

enum {
	WORKERS = 3,
	RECORDS = 500, /* far more than a terminal has room for */
	DEADLINE_MS = 50,
	END_SECONDS = 8,
	CONTROL_TIMES = 10, /* what a busy machine may take, of the time without an echo */
	STOP = 'S' - '@',
	START = 'Q' - '@',
};

struct terminal {
	int keyboard, screen; /* the master; the slave */
};

/* Descriptor 2 is a terminal. */
static struct terminal take_terminal(void)
{
	struct terminal terminal;

	ck_assert_int_eq(openpty(&terminal.keyboard, &terminal.screen, NULL, NULL, NULL), 0);
	ck_assert_int_eq(dup2(terminal.screen, STDERR_FILENO), STDERR_FILENO);
	return terminal;
}

static void type(const struct terminal *terminal, char key)
{
	ck_assert_int_eq(write(terminal->keyboard, &key, 1), 1);
}

/* Of its own open file, so that the flag is nobody else's. */
static int open_without_waiting(const struct terminal *terminal)
{
	char name[64];
	int fd;

	ck_assert_int_eq(ttyname_r(terminal->screen, name, sizeof(name)), 0);
	fd = open(name, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	return fd;
}

static bool takes_nothing(const void *argument)
{
	const int fd = open_without_waiting(argument);
	const ssize_t n = write(fd, "-", 1);

	ck_assert(n == 1 || errno == EAGAIN);
	(void)close(fd);
	return n < 0;
}

/* Nobody reads: what the terminal keeps for its reader fills up. What was written reaches that place
 * a little later, so that there may be room once more. */
static void stop_reader(const struct terminal *terminal)
{
	static const char filling[1024];
	const int fd = open_without_waiting(terminal);

	for (int full = 0; full < 20;) {
		const struct timespec duration = { .tv_nsec = 2 * 1000 * 1000 };

		full++;
		while (write(fd, filling, sizeof(filling)) > 0)
			full = 0;
		ck_assert_int_eq(errno, EAGAIN);
		ck_assert_int_eq(nanosleep(&duration, NULL), 0);
	}
	(void)close(fd);
}

static void press_stop(const struct terminal *terminal)
{
	type(terminal, STOP);
	faults_wait(takes_nothing, terminal);
}

static void (*const stops[])(const struct terminal *) = { press_stop, stop_reader };

enum { N_STOPS = sizeof(stops) / sizeof(stops[0]) };

/* ---- The echo --------------------------------------------------------------------------------- */

static const char *process_of(const char *kind, int i)
{
	static char process[32];

	(void)snprintf(process, sizeof(process), "%s-%d", kind, i);
	return process;
}

/* Until the time without an echo is known, what hangs. */
static unsigned work_seconds = HANG_SECONDS;

/* A worker that waits for ever is ended by SIGALRM. */
static void work(const char *process)
{
	require_end_within(work_seconds);
	for (unsigned i = 0; i < RECORDS; i++)
		REQUIRE(faults_log(process, i) == 0);
}

static void echo_to(const char *process, const struct terminal *terminal)
{
	pid_t workers[WORKERS];

	(void)terminal;
	require_setup();
	for (int i = 0; i < WORKERS; i++) {
		workers[i] = mplog_fork(process);
		ck_assert_int_ge(workers[i], 0);
		if (workers[i] == 0) {
			work(process);
			_exit(EXIT_SUCCESS);
		}
	}
	for (int i = 0; i < WORKERS; i++)
		require_exited_well(workers[i]);
}

/* The same workers without an echo tell how long journald takes. A record waits a minute for it: in a
 * second a busy machine may not run it. */
static void open_measured(const struct terminal *terminal)
{
	double begin;

	faults_configure("defaults = { echo = false; timeout_ms = 60000; };\n");
	ck_assert_int_eq(mplog_open("stopped-terminal", "main", 0), 0);
	begin = faults_now();
	echo_to("control", terminal);
	work_seconds = END_SECONDS + (unsigned)(CONTROL_TIMES * (faults_now() - begin));
	mplog_close();
	faults_configure("defaults = { timeout_ms = 60000; };\n");
	ck_assert_int_eq(mplog_open("stopped-terminal", "main", 0), 0);
}

START_TEST(an_echo_does_not_wait)
{
	const struct terminal terminal = take_terminal();
	const char *const process = process_of("echo", _i);
	char match[64];

	open_measured(&terminal);
	ck_assert_int_eq(mplog_info("before"), 0);
	stops[_i](&terminal);
	echo_to(process, &terminal);
	(void)snprintf(match, sizeof(match), "PROCESS=%s", process);
	ck_assert_uint_eq(journal_count("SYSLOG_IDENTIFIER=stopped-terminal", match,
					"CODE_FUNC=faults_log", NULL),
			  WORKERS * RECORDS);
	mplog_close();
}
END_TEST

/* Once the terminal goes on, so does the echo. */
static bool has_output(const void *argument)
{
	const struct terminal *const terminal = argument;
	char text[4096];
	ssize_t n;

	(void)faults_log("resumed", 0);
	if (poll(&(struct pollfd){ terminal->keyboard, POLLIN, 0 }, 1, 0) <= 0)
		return false;
	n = read(terminal->keyboard, text, sizeof(text) - 1);
	ck_assert_int_gt(n, 0);
	text[n] = '\0';
	return strstr(text, "[resumed:") != NULL;
}

START_TEST(an_echo_goes_on)
{
	const struct terminal terminal = take_terminal();

	open_measured(&terminal);
	press_stop(&terminal);
	echo_to("before-start", &terminal);
	type(&terminal, START);
	faults_wait(has_output, &terminal);
	mplog_close();
}
END_TEST

/* ---- The sink --------------------------------------------------------------------------------- */

/* Only the first call waits, for its deadline. */
static void log_to_terminal(const void *argument)
{
	const double begin = faults_now();
	long waits;

	(void)argument;
	require_end_within(END_SECONDS);
	REQUIRE(mplog_info("the first") == -EAGAIN);
	REQUIRE(faults_now() - begin >= DEADLINE_MS / 1e3 * 0.9);
	waits = suite_waits();
	for (unsigned i = 0; i < RECORDS; i++)
		REQUIRE(faults_log("sink", i) == -EAGAIN);
	REQUIRE(suite_waits() - waits < RECORDS / 10);
}

START_TEST(a_sink_has_a_deadline)
{
	const struct terminal terminal = take_terminal();

	journald_kill();
	faults_configure("defaults = { sink = \"stderr\"; timeout_ms = 50; };\n");
	ck_assert_int_eq(mplog_open("stopped-terminal", "main", 0), 0);
	ck_assert_int_eq(mplog_info("before"), 0);
	stops[_i](&terminal);
	require_in_child(log_to_terminal, NULL);
	require_end_within(END_SECONDS);
	mplog_close();
}
END_TEST

/* Where neither journal nor syslog is there. */
static void log_by_fallback(const void *argument)
{
	(void)argument;
	require_end_within(END_SECONDS);
	for (unsigned i = 0; i < RECORDS; i++)
		REQUIRE(faults_log("fallback", i) < 0);
}

START_TEST(a_fallback_has_one)
{
	const struct terminal terminal = take_terminal();

	journald_kill();
	ck_assert_int_eq(mplog_open("stopped-terminal", "main", 0), 0);
	ck_assert_int_ge(mplog_info("before"), 0);
	stops[_i](&terminal);
	require_in_child(log_by_fallback, NULL);
	require_end_within(END_SECONDS);
	mplog_close();
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("stopped-terminal");
	TCase *tcase = suite_case(suite, "stopped-terminal", journald_start, NULL);

	tcase_add_loop_test(tcase, an_echo_does_not_wait, 0, N_STOPS);
	tcase_add_test(tcase, an_echo_goes_on);
	tcase_add_loop_test(tcase, a_sink_has_a_deadline, 0, N_STOPS);
	tcase_add_loop_test(tcase, a_fallback_has_one, 0, N_STOPS);
	return suite_run(suite);
}
