/* SPDX-License-Identifier: MIT */
/* Rows about a single call. */
#include <mplog.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "measure.h"
#include "peers.h"
#include "service.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum {
	/* Short rounds, many of them: most are over before anybody else gets the processor. */
	ROUNDS = 151,
	CALLS = 200,
	DISABLED_ROUNDS = 15,
	DISABLED_CALLS = 100000,
	/* Less than net.unix.max_dgram_qlen has room for: what a call costs, not what journald does. */
	BURST = 8,
	DATAGRAM_MAX = 1 << 16,
};

/* ---- mplog, and the least that anybody could do --------------------------------------------- */

void mplog_call(void)
{
	(void)mplog_info("got %s in %d ms", "http://example.org/index.html", 42);
}

void mplog_fields_call(void)
{
	(void)mplog_event(MPLOG_INFO,
			  MPLOG_FIELDS(MPLOG_F("BYTES", 4711),
				       MPLOG_F("URL", "http://example.org/index.html"),
				       MPLOG_F("CACHED", (bool)true), MPLOG_F("STATUS", 200),
				       MPLOG_F("PEER", "192.0.2.1")),
			  "got %s in %d ms", "http://example.org/index.html", 42);
}

static char bytes[DATAGRAM_MAX];
static size_t size;
static int bare_fd = -1;

void bare_learn(void (*call)(void))
{
	size = service_capture(call, bytes, sizeof(bytes));
}

void bare_connect(void)
{
	if (bare_fd >= 0)
		(void)close(bare_fd);
	bare_fd = service_connect();
}

static bool bare_prepare(void)
{
	bare_connect();
	return true;
}

void bare_send(void)
{
	(void)send(bare_fd, bytes, size, MSG_NOSIGNAL);
}

/* ---- Disabled ------------------------------------------------------------------------------- */

/* Loops of their own: a call by pointer costs more than the gate does. */
static double round_of_nothing(void (*call)(void), const struct scenario *scenario)
{
	const double begin = now_ns();

	for (unsigned i = 0; i < scenario->calls; i++)
		__asm__ __volatile__("" ::: "memory");
	return (now_ns() - begin) / scenario->calls;
}

static double round_of_disabled(void (*call)(void), const struct scenario *scenario)
{
	const double begin = now_ns();

	for (unsigned i = 0; i < scenario->calls; i++) {
		__asm__ __volatile__("" ::: "memory");
		(void)mplog_debug("got %s in %d ms", "http://example.org/index.html", 42);
	}
	return (now_ns() - begin) / scenario->calls;
}

/* Of a limit that lets one call pass in the first round, and none afterwards. */
static double round_of_once(void (*call)(void), const struct scenario *scenario)
{
	const double begin = now_ns();

	for (unsigned i = 0; i < scenario->calls; i++) {
		__asm__ __volatile__("" ::: "memory");
		(void)mplog_once(MPLOG_INFO, "got %s", "http://example.org/index.html");
	}
	return (now_ns() - begin) / scenario->calls;
}

static double round_of_held_back(void (*call)(void), const struct scenario *scenario)
{
	const double begin = now_ns();

	for (unsigned i = 0; i < scenario->calls; i++) {
		__asm__ __volatile__("" ::: "memory");
		(void)mplog_ratelimit(MPLOG_INFO, 3600 * 1000, 1, "got %s",
				      "http://example.org/index.html");
	}
	return (now_ns() - begin) / scenario->calls;
}

static void nothing(void)
{
}

static void mplog_disabled(void)
{
}

static void mplog_once_again(void)
{
}

static void mplog_held_back(void)
{
}

static double round_by_name(void (*call)(void), const struct scenario *scenario)
{
	if (call == nothing)
		return round_of_nothing(call, scenario);
	if (call == mplog_disabled)
		return round_of_disabled(call, scenario);
	if (call == mplog_once_again)
		return round_of_once(call, scenario);
	if (call == mplog_held_back)
		return round_of_held_back(call, scenario);
	return round_of_calls(call, scenario);
}

void rows_disabled(void)
{
	static const struct contender contenders[] = {
		{ "empty loop", nothing, NULL },
		{ "mplog_debug", mplog_disabled, NULL },
		{ "syslog(3)", syslog_disabled, syslog_prepare },
		{ "syslog(3) of libmplog-syslog", mplog_syslog_disabled, mplog_syslog_prepare },
		{ "g_debug", glib_disabled, glib_prepare },
		{ "spdlog", spdlog_disabled, spdlog_prepare },
		{ "qb_log", qb_disabled, qb_prepare },
	};
	static const struct scenario scenario = { "a disabled call", NULL,   round_by_name,
						  DISABLED_CALLS,    ROUNDS, false };

	measure(&scenario, contenders, COUNT(contenders));
}

void rows_limited(void)
{
	static const struct contender contenders[] = {
		{ "empty loop", nothing, NULL },
		{ "mplog_once", mplog_once_again, NULL },
		{ "mplog_ratelimit", mplog_held_back, NULL },
	};
	static const struct scenario scenario = {
		"a call held back at its site", NULL, round_by_name, DISABLED_CALLS, ROUNDS, false
	};

	measure(&scenario, contenders, COUNT(contenders));
}

/* ---- Enabled -------------------------------------------------------------------------------- */

void rows_calls(const char *receiver, void (*catch_up)(void))
{
	static const struct contender messages[] = {
		{ "bare send(2) of the same bytes", bare_send, bare_prepare },
		{ "mplog_info", mplog_call, NULL },
		{ "sd_journal_sendv", systemd_sendv, NULL },
		{ "sd_journal_send", systemd_send, NULL },
		{ "g_log_structured", glib_call, glib_prepare },
		{ "spdlog, systemd sink", spdlog_call, spdlog_prepare },
		{ "syslog(3), no fields", syslog_call, syslog_prepare },
		{ "syslog(3) of libmplog-syslog", mplog_syslog_call, mplog_syslog_prepare },
		{ "qb_log, to syslog, no fields", qb_call, qb_prepare },
	};
	static const struct contender events[] = {
		{ "bare send(2) of a call without fields", bare_send, bare_prepare },
		{ "mplog_event", mplog_fields_call, NULL },
		{ "sd_journal_send", systemd_event, NULL },
		{ "g_log_structured", glib_event, glib_prepare },
	};
	char title[64];
	struct scenario scenario = { title,  NULL,  round_of_calls, CALLS,
				     ROUNDS, BURST, catch_up,       true };

	(void)snprintf(title, sizeof(title), "a call, to %s", receiver);
	measure(&scenario, messages, COUNT(messages));
	(void)snprintf(title, sizeof(title), "a call with 5 fields, to %s", receiver);
	measure(&scenario, events, COUNT(events));
}

/* ---- Standard error ------------------------------------------------------------------------- */

static const char line[] = "2026-11-22 09:25:11,280 INFO bench 4875 root process=to-stderr got "
			   "http://example.org/index.html in 42 ms\n";

static void bare_write(void)
{
	if (write(STDERR_FILENO, line, sizeof(line) - 1) < 0)
		fail("standard error");
}

static void stdio_write(void)
{
	(void)fprintf(stderr, "bench %d: got %s in %d ms\n", getpid(),
		      "http://example.org/index.html", 42);
}

/* A pipe that a child reads all the time. Returns its pid. */
static pid_t read_stderr(void)
{
	static char buffer[DATAGRAM_MAX];
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0 || dup2(ends[1], STDERR_FILENO) < 0)
		fail("pipe");
	pid = fork();
	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		(void)close(ends[1]);
		(void)close(STDERR_FILENO);
		while (read(ends[0], buffer, sizeof(buffer)) > 0)
			;
		_exit(0);
	}
	(void)close(ends[0]);
	(void)close(ends[1]);
	return pid;
}

void rows_stderr(void)
{
	static const struct contender contenders[] = {
		{ "bare write(2) of the same bytes", bare_write, NULL },
		{ "mplog_info", mplog_call, NULL },
		{ "fprintf(stderr), no time of day", stdio_write, NULL },
	};
	static const struct scenario scenario = { "a call, to standard error, a pipe",
						  NULL,
						  round_of_calls,
						  CALLS,
						  ROUNDS,
						  0,
						  NULL,
						  true };
	const int before = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	const pid_t reader = read_stderr();

	(void)mplog_enter("to-stderr");
	measure(&scenario, contenders, COUNT(contenders));
	mplog_leave();
	if (dup2(before, STDERR_FILENO) < 0)
		fail("standard error");
	(void)close(before);
	(void)waitpid(reader, NULL, 0);
}
