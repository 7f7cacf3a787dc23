/* SPDX-License-Identifier: MIT */
/* A worker that begins a session of its own while its parent lives is no daemon: it is named as any
 * other child, and its first record waits for nothing. */
#include "lib/faults.h"
#include "lib/journald.h"
#include "lib/require.h"
#include "lib/sanitizer.h"
#include "lib/suite.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>

static struct rusage resources(void)
{
	struct rusage usage;

	REQUIRE(getrusage(RUSAGE_SELF, &usage) == 0);
	return usage;
}

static void log_by_macro(void)
{
	REQUIRE(mplog_info("first of a worker") == 0);
}

static void log_by_write(void)
{
	REQUIRE(mplog_write(MPLOG_INFO, "first of a worker", 17) == 0);
}

static void handle(int signal)
{
	(void)signal;
	log_by_write();
}

static void log_by_handler(void)
{
	REQUIRE(signal(SIGUSR1, handle) != SIG_ERR);
	REQUIRE(raise(SIGUSR1) == 0);
}

static void (*const ways[])(void) = { log_by_macro, log_by_write, log_by_handler };

enum { N_WAYS = sizeof(ways) / sizeof(ways[0]), WORKERS = 6, WAITED = 3 };

/* Ends with WAITED where the record has waited, and a page was read from the disk meanwhile, or
 * AddressSanitizer, which waits for itself, looks on. */
static void be_worker(void (*log)(void))
{
	struct rusage before, after;

	REQUIRE(setsid() > 0);
	child_wait_for_parent();
	before = resources();
	log();
	after = resources();
	if (UNDER_TSAN || after.ru_nvcsw == before.ru_nvcsw) /* it waits for itself */
		_exit(EXIT_SUCCESS);
	REQUIRE(UNDER_ASAN || after.ru_majflt > before.ru_majflt);
	_exit(WAITED);
}

/* As masters do: some wait for their children, some for events. */
static void wait_in_poll(pid_t pid)
{
	struct pollfd ended = { .fd = (int)syscall(SYS_pidfd_open, pid, 0), .events = POLLIN };

	if (ended.fd < 0)
		return;
	while (poll(&ended, 1, -1) < 0)
		ck_assert_int_eq(errno, EINTR);
	(void)close(ended.fd);
}

static const char *identifier_of(int i)
{
	static char identifier[32];

	(void)snprintf(identifier, sizeof(identifier), "session-%d", i);
	return identifier;
}

START_TEST(a_worker_of_a_session)
{
	const char *const identifier = identifier_of(_i);
	char match[64];
	bool has_not_waited[2] = { false, false };

	faults_configure("defaults = { timeout_ms = 0; };\n"
			 "processes = ( { name = \"main\"; child_name = \"w-%c\"; } );\n");
	ck_assert_int_eq(mplog_open(identifier, "main", 0), 0);
	ck_assert_int_eq(mplog_info("start"), 0);
	(void)snprintf(match, sizeof(match), "SYSLOG_IDENTIFIER=%s", identifier);
	require_setup();
	for (int i = 0; i < WORKERS; i++) {
		const pid_t pid = fork();
		int status;

		ck_assert_int_ge(pid, 0);
		if (pid == 0)
			be_worker(ways[_i]);
		if (i % 2)
			wait_in_poll(pid);
		status = child_status(pid);
		ck_assert(WIFEXITED(status));
		ck_assert(WEXITSTATUS(status) == EXIT_SUCCESS || WEXITSTATUS(status) == WAITED);
		has_not_waited[i % 2] |= WEXITSTATUS(status) == EXIT_SUCCESS;
		/* One after the other: each has the lowest number that is free. */
		ck_assert_uint_eq(journal_count(match, "PROCESS=w-1", NULL), (size_t)i + 1);
	}
	/* Not every time. */
	ck_assert(has_not_waited[0] && has_not_waited[1]);
	ck_assert_uint_eq(journal_count(match, "PROCESS=main", "CODE_FUNC=log_by_macro", NULL), 0);
	mplog_close();
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("new-session");
	TCase *tcase = suite_case(suite, "new-session", journald_start, NULL);

	tcase_add_loop_test(tcase, a_worker_of_a_session, 0, N_WAYS);
	return suite_run(suite);
}
