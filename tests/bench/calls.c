/* SPDX-License-Identifier: MIT */
/* Rows about a single call. */
#include <mplog.h>

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
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
				       MPLOG_F("CACHED", (bool)true), MPLOG_F("RATIO", 0.75),
				       MPLOG_F("PEER", "192.0.2.1")),
			  "got %s in %d ms", "http://example.org/index.html", 42);
}

static void mplog_integer_call(void)
{
	(void)mplog_event(MPLOG_INFO, MPLOG_FIELDS(MPLOG_F("RATIO", 1075)), "got it");
}

static void mplog_double_call(void)
{
	(void)mplog_event(MPLOG_INFO, MPLOG_FIELDS(MPLOG_F("RATIO", 10.75)), "got it");
}

/* What a bare call sends. */
static struct payload {
	char bytes[DATAGRAM_MAX];
	size_t size;
} of_call, of_event, of_double, numbered;

static int bare_fd = -1;

static void learn(struct payload *payload, void (*call)(void))
{
	payload->size = service_capture(call, payload->bytes, sizeof(payload->bytes));
}

void bare_learn(void)
{
	learn(&of_call, mplog_call);
	learn(&of_event, mplog_fields_call);
	learn(&of_double, mplog_double_call);
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

static void send_payload(const struct payload *payload)
{
	(void)send(bare_fd, payload->bytes, payload->size, MSG_NOSIGNAL);
}

void bare_send(void)
{
	send_payload(&of_call);
}

static void bare_send_event(void)
{
	send_payload(&of_event);
}

static void bare_send_double(void)
{
	send_payload(&of_double);
}

/* ---- Bare calls with a number of their own ---------------------------------------------------- */

enum { NUMBER_DIGITS = 7 };

static void put_number(char *at, unsigned number)
{
	for (int i = NUMBER_DIGITS; i-- > 0; number /= 10)
		at[i] = (char)('0' + number % 10);
}

/* Puts a number in the place of the value of that field. Returns where it stands. */
static char *make_room(struct payload *payload, const char *field, unsigned number)
{
	char *const at = memmem(payload->bytes, payload->size, field, strlen(field));
	char *value, *end;

	if (!at)
		fail(field);
	value = at + strlen(field);
	end = memchr(value, '\n', payload->size - (size_t)(value - payload->bytes));
	memmove(value + NUMBER_DIGITS, end, payload->size - (size_t)(end - payload->bytes));
	payload->size = payload->size + NUMBER_DIGITS - (size_t)(end - value);
	put_number(value, number);
	return value;
}

/* The values of mplog's records that no other record has: journald stores each of them. */
void bare_send_numbered(void)
{
	static char *sequence;
	static unsigned number;
	static pid_t pid;

	if (pid != getpid()) {
		pid = getpid();
		number = 0;
		memcpy(numbered.bytes, of_call.bytes, of_call.size);
		numbered.size = of_call.size;
		(void)make_room(&numbered, "\nTID=", (unsigned)pid);
		sequence = make_room(&numbered, "\nPROCESS_SEQ=", 0);
	}
	put_number(sequence, ++number);
	send_payload(&numbered);
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
		{ "mplog_debug", mplog_disabled, NULL, .bar_ns = 1 },
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
		{ "mplog_once", mplog_once_again, NULL, .bar_ns = 5 },
		{ "mplog_ratelimit", mplog_held_back, NULL, .bar_ns = 5 },
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
		{ "mplog_info", mplog_call, NULL, .bar = 1.2, .bar_ns = 150 },
		{ "sd_journal_sendv", systemd_sendv, NULL, .bar_slower = 2 },
		{ "sd_journal_send", systemd_send, NULL, .bar_slower = 2 },
		{ "g_log_structured", glib_call, glib_prepare, .bar_slower = 2 },
		{ "spdlog, systemd sink", spdlog_call, spdlog_prepare },
		{ "syslog(3), no fields", syslog_call, syslog_prepare },
		{ "syslog(3) of libmplog-syslog", mplog_syslog_call, mplog_syslog_prepare },
		{ "qb_log, to syslog, no fields", qb_call, qb_prepare },
	};
	static const struct contender events[] = {
		{ "bare send(2) of the same bytes", bare_send_event, bare_prepare },
		{ "mplog_event", mplog_fields_call, NULL, .bar = 1.4 },
		{ "sd_journal_send", systemd_event, NULL },
		{ "g_log_structured", glib_event, glib_prepare },
	};
	static const struct contender doubles[] = {
		{ "mplog_event with an integer", mplog_integer_call, NULL },
		{ "mplog_event with a double", mplog_double_call, NULL, .bar_ns = 60 },
		{ "bare send(2) of the latter's bytes", bare_send_double, bare_prepare },
	};
	char title[64];
	struct scenario scenario = { title,  NULL,  round_of_calls, CALLS,
				     ROUNDS, BURST, catch_up,       true };

	(void)snprintf(title, sizeof(title), "a call, to %s", receiver);
	measure(&scenario, messages, COUNT(messages));
	(void)snprintf(title, sizeof(title), "a call with 5 fields, to %s", receiver);
	measure(&scenario, events, COUNT(events));
	if (!catch_up)
		return;
	(void)snprintf(title, sizeof(title), "a call with one field, to %s", receiver);
	measure(&scenario, doubles, COUNT(doubles));
}
