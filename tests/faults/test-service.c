/* SPDX-License-Identifier: MIT */
/* A service of a real systemd, all of whose processes are killed at once: systemd has kept the board, and
 * the next start dumps what was in the black boxes. Where no service manager can be run, test-fdstore is
 * one. */
#include "lib/family.h"
#include "lib/shell.h"
#include "lib/suite.h"

#include <signal.h>

static const char configuration[] =
	"defaults = { level = \"info\"; prefix = \"\"; blackbox = { level = \"debug\"; }; };\n";

static const char *const units[] = { "killed-by-default", "killed-notify-all" };

enum { KEPT = 5, KILLS = 2, POLL_MS = 20 };

/* ---- The service --------------------------------------------------------------------------------- */

static void work(void)
{
	for (int i = 1; i <= KEPT; i++)
		(void)mplog_debug("step %d", i);
	(void)mplog_info("ready");
}

static int serve(const char *identifier)
{
	if (mplog_open(identifier, "main", 0) < 0)
		return 1;
	if (mplog_fork("worker") != 0)
		(void)mplog_debug("forked");
	work();
	for (;;)
		(void)pause();
}

/* ---- The service manager -------------------------------------------------------------------------- */

static pid_t manager = -1;

static bool is_reachable(void)
{
	int status;

	free(shell(&status, "systemctl --user show-environment 2>/dev/null"));
	return status == 0;
}

/* Returns false where none can be run. */
static bool start_manager(void)
{
	int status;

	journald_start();
	(void)setenv("XDG_RUNTIME_DIR", family_path("runtime"), 1);
	manager = shell_start(
		"exec setpriv --pdeathsig TERM \"$top_srcdir/tests/lib/service-manager\"");
	while (!is_reachable()) {
		if (waitpid(manager, &status, WNOHANG) == manager) {
			ck_assert_int_eq(WEXITSTATUS(status), 77);
			return false;
		}
		(void)poll(NULL, 0, POLL_MS);
	}
	return true;
}

static void stop_manager(void)
{
	ck_assert_int_eq(kill(manager, SIGTERM), 0);
	child_exited_well(manager);
}

static void start_service(const char *unit, const char *more)
{
	const char *const path = family_path("service.conf");
	char program[256] = "";

	ck_assert_int_gt(readlink("/proc/self/exe", program, sizeof(program) - 1), 0);
	file_write(path, configuration);
	shell_run(0,
		  "cat >\"$XDG_RUNTIME_DIR/systemd/user/%s.service\" <<-END\n"
		  "[Unit]\nDefaultDependencies=no\n"
		  "[Service]\nExecStart=%s %s\nEnvironment=MPLOG_CONF=%s\nRestart=on-failure\n"
		  "RestartSec=0\nFileDescriptorStoreMax=1\n%sEND\n"
		  "systemctl --user daemon-reload && systemctl --user start %s",
		  unit, program, unit, path, more, unit);
}

/* ---- What it leaves -------------------------------------------------------------------------------- */

/* The records of all starts with that MESSAGE, once there are that many. */
static struct journal_entries await(const char *unit, const char *match, size_t n)
{
	char identifier[80];
	struct journal_entries entries;

	(void)snprintf(identifier, sizeof(identifier), "SYSLOG_IDENTIFIER=%s", unit);
	for (;;) {
		entries = journal_read(identifier, match, NULL);
		if (entries.n >= n)
			return entries;
		journal_entries_free(&entries);
		(void)poll(NULL, 0, POLL_MS);
	}
}

/* The steps of both processes of that run, in order. */
static void check_dumped(const struct journal_entries *dumped, const char *run)
{
	size_t steps[2] = { 0, 0 };
	char text[32];

	for (size_t i = 0; i < dumped->n; i++) {
		const struct journal_entry *const entry = &dumped->entries[i];
		const char *const message = journal_value(entry, "MESSAGE");
		const bool is_worker = strcmp(journal_value(entry, "PROCESS"), "worker") == 0;

		if (strcmp(journal_value(entry, "RUN_ID"), run) != 0 ||
		    strcmp(message, "forked") == 0)
			continue;
		(void)snprintf(text, sizeof(text), "step %zu", ++steps[is_worker]);
		ck_assert_str_eq(message, text);
	}
	ck_assert_uint_eq(steps[0], KEPT);
	ck_assert_uint_eq(steps[1], KEPT);
}

START_TEST(the_next_start_dumps_what_the_killed_one_left)
{
	const char *const unit = units[_i];
	struct journal_entries ready, dumped;

	if (!start_manager()) {
		(void)puts("test-service: no service manager here: test-fdstore is one");
		return;
	}
	start_service(unit, _i ? "NotifyAccess=all\n" : "");
	for (size_t kills = 0; kills <= KILLS; kills++) {
		if (kills > 0)
			shell_run(0, "systemctl --user kill --signal=KILL %s", unit);
		ready = await(unit, "MESSAGE=ready", 2 * (kills + 1));
		dumped = await(unit, "MPLOG_BLACKBOX=1", 0);
		ck_assert_uint_eq(dumped.n, kills * (2 * KEPT + 1));
		for (size_t i = 0; i < kills; i++)
			check_dumped(&dumped, journal_value(&ready.entries[2 * i], "RUN_ID"));
		journal_entries_free(&ready);
		journal_entries_free(&dumped);
	}
	stop_manager();
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite;
	TCase *tcase;

	if (argc == 2)
		return serve(argv[1]);
	suite = suite_create("service");
	tcase = suite_case(suite, "service", NULL, NULL);
	tcase_add_loop_test(tcase, the_next_start_dumps_what_the_killed_one_left, 0, 2);
	return suite_run(suite);
}
