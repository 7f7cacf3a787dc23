/* SPDX-License-Identifier: MIT */
/* mplog gaps where nothing is missing, and where nothing was found: processes in namespaces of their
 * own, processes that execute another program while their parent lives, pids that are used again. */
#include "lib/journald.h"
#include "lib/require.h"
#include "lib/shell.h"
#include "lib/suite.h"

#include <mplog.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>

#define MESSAGE_ID_CHILD "9258b8862001475eabd44b7f4049e9cf"

enum { WORKERS = 3, RECORDS = 5, REUSED = 100, CHILDREN = 4 };

static void setup(void)
{
	journald_start();
	ck_assert_int_eq(setenv("MPLOG_CONF", "/dev/null", 1), 0);
}

/* The one line of a summary, and its exit status. */
static void expect_gaps(const char *identifier, int exit_status, const char *line)
{
	char *output;
	int status;

	journald_sync();
	output = shell(&status, "mplog gaps -t %s 2>&1", identifier);
	ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == exit_status &&
			      strstr(output, line),
		      "exit status %d: %s", WEXITSTATUS(status), output);
	free(output);
}

/* ---- Programs, which tell when they are ready and wait to be told to end ---------------------- */

struct program {
	pid_t pid;
	int ready, end;
};

static struct program start(void (*program)(int ready, int end), int namespaces)
{
	int ready[2], end[2];
	struct program started;
	char byte;

	require_setup();
	ck_assert_int_eq(pipe(ready), 0);
	ck_assert_int_eq(pipe(end), 0);
	started = (struct program){ fork(), ready[0], end[1] };
	ck_assert_int_ge(started.pid, 0);
	if (started.pid == 0) {
		(void)close(end[1]);
		if (namespaces) {
			int status;
			pid_t pid;

			REQUIRE(unshare(namespaces) == 0);
			pid = fork();
			REQUIRE(pid >= 0);
			if (pid == 0) {
				program(ready[1], end[0]);
				_exit(EXIT_SUCCESS);
			}
			REQUIRE(waitpid(pid, &status, 0) == pid && status == 0);
			_exit(EXIT_SUCCESS);
		}
		program(ready[1], end[0]);
		_exit(EXIT_SUCCESS);
	}
	(void)close(ready[1]);
	(void)close(end[0]);
	if (read(ready[0], &byte, 1) != 1) {
		require_exited_well(started.pid);
		ck_abort_msg("not ready");
	}
	return started;
}

static void end(const struct program *program)
{
	(void)close(program->end);
	require_exited_well(program->pid);
	(void)close(program->ready);
}

static void wait_for_end(int fd)
{
	char byte;

	REQUIRE(read(fd, &byte, 1) == 0);
}

static void log_some(int n)
{
	for (int i = 0; i < n; i++)
		REQUIRE(mplog_info("%d", i) == 0);
}

static void reap(pid_t pid)
{
	int status = -1;

	REQUIRE(waitpid(pid, &status, 0) == pid && status == 0);
}

/* ---- A container ------------------------------------------------------------------------------ */

static int container_namespaces;

/* Each test has another: they share the journal. */
static const char *container_identifier(int flags)
{
	return flags == 0 ? "gaps-host" : flags == CLONE_NEWPID ? "gaps-boxed" : "gaps-mounted";
}

static void be_container(int ready, int until)
{
	pid_t pid;

	REQUIRE(mplog_open(container_identifier(container_namespaces), "main", 0) == 0);
	log_some(1);
	for (int i = 0; i < WORKERS; i++) {
		char name[32];

		(void)snprintf(name, sizeof(name), "worker-%d", i + 1);
		pid = mplog_fork(name);
		if (pid == 0) {
			log_some(RECORDS);
			_exit(EXIT_SUCCESS);
		}
		reap(pid);
	}
	pid = mplog_fork("long");
	if (pid == 0) {
		log_some(1);
		REQUIRE(write(ready, "", 1) == 1);
		wait_for_end(until);
		_exit(EXIT_SUCCESS);
	}
	log_some(1);
	reap(pid);
	mplog_close();
}

/* Executed in its namespace, as a container's first program is: main() goes on there. */
static void execute_container(int ready, int until)
{
	char numbers[3][16];

	(void)snprintf(numbers[0], sizeof(numbers[0]), "%d", container_namespaces);
	(void)snprintf(numbers[1], sizeof(numbers[1]), "%d", ready);
	(void)snprintf(numbers[2], sizeof(numbers[2]), "%d", until);
	(void)execl("/proc/self/exe", "test-no-gaps", numbers[0], numbers[1], numbers[2],
		    (char *)NULL);
	_exit(127);
}

static const int namespaces[] = { 0, CLONE_NEWPID, CLONE_NEWPID | CLONE_NEWNS };

enum { N_NAMESPACES = sizeof(namespaces) / sizeof(namespaces[0]) };

START_TEST(of_a_container)
{
	const char *const identifier = container_identifier(namespaces[_i]);
	struct program program;

	container_namespaces = namespaces[_i];
	program = start(execute_container, namespaces[_i]);
	expect_gaps(identifier, 0, " 0 missing");
	end(&program);
	expect_gaps(identifier, 0, " 0 missing");
}
END_TEST

/* ---- execve(2) -------------------------------------------------------------------------------- */

static const int counts[][2] = { { 3, 1 }, { 1, 3 }, { 3, 0 }, { 0, 3 }, { 5, 5 } };

enum { N_COUNTS = sizeof(counts) / sizeof(counts[0]) };

static int executed_count;

/* main() comes here. */
static int be_executed(const char *identifier, const char *number)
{
	if (mplog_open(identifier, NULL, 0) != 0)
		return 2;
	for (int i = 0; i < atoi(number); i++)
		if (mplog_info("after %d", i) != 0)
			return 3;
	return 0;
}

static const char *exec_identifier(int i)
{
	static char identifier[32];

	(void)snprintf(identifier, sizeof(identifier), "gaps-exec-%d", i);
	return identifier;
}

static void be_parent(int ready, int until)
{
	pid_t pid;

	REQUIRE(mplog_open(exec_identifier(executed_count), "main", 0) == 0);
	pid = mplog_fork("helper");
	if (pid == 0) {
		char number[16];

		log_some(counts[executed_count][0]);
		REQUIRE(mplog_export(mplog_process()) == 0);
		(void)snprintf(number, sizeof(number), "%d", counts[executed_count][1]);
		(void)execl("/proc/self/exe", exec_identifier(executed_count), number,
			    (char *)NULL);
		_exit(127);
	}
	reap(pid);
	log_some(1);
	REQUIRE(write(ready, "", 1) == 1);
	wait_for_end(until);
	mplog_close();
}

START_TEST(of_a_child_that_executes)
{
	struct program program;

	executed_count = _i;
	program = start(be_parent, 0);
	expect_gaps(exec_identifier(_i), 0, " 0 missing");
	end(&program);
	expect_gaps(exec_identifier(_i), 0, " 0 missing");
}
END_TEST

/* ---- Pids that are used again ----------------------------------------------------------------- */

enum end_of { BY_FORK, BY_MPLOG_FORK, BY_REAP };

static enum end_of how;

/* As after a wrap of pid_max: the next child has this number. */
static void next_pid(int pid)
{
	char text[16];
	const int fd = open("/proc/sys/kernel/ns_last_pid", O_WRONLY | O_CLOEXEC);
	const int n = snprintf(text, sizeof(text), "%d", pid - 1);

	REQUIRE(fd >= 0);
	REQUIRE(write(fd, text, (size_t)n) == n);
	(void)close(fd);
}

static void reuse_pids(int ready, int until)
{
	const struct mplog_options options = { .size = sizeof(options),
					       .identifier = "gaps-reused",
					       .process = "main" };

	REQUIRE(mount("proc", "/proc", "proc", 0, NULL) == 0);
	REQUIRE(mplog_open_with(&options) == 0);
	log_some(1);
	for (int i = 0; i < CHILDREN; i++) {
		char name[32];
		siginfo_t info;
		pid_t pid;

		(void)snprintf(name, sizeof(name), "worker-%d", i % 2 + 1);
		next_pid(REUSED);
		pid = how == BY_FORK ? fork() : mplog_fork(name);
		if (pid == 0) {
			log_some(RECORDS + i);
			_exit(EXIT_SUCCESS);
		}
		REQUIRE(pid == REUSED);
		REQUIRE(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) == 0);
		if (how == BY_REAP)
			REQUIRE(mplog_reap(pid, NULL) == 0);
		reap(pid);
	}
	mplog_close();
	REQUIRE(write(ready, "", 1) == 1);
	wait_for_end(until);
}

START_TEST(of_pids_that_are_used_again)
{
	const size_t before = journal_count("SYSLOG_IDENTIFIER=gaps-reused",
					    "MESSAGE_ID=" MESSAGE_ID_CHILD, NULL);
	struct program program;

	how = (enum end_of)_i;
	ck_assert_int_eq(setenv("MPLOG_CONF", "/run/mplog-test/reused.conf", 1), 0);
	free(shell_expect(0, "echo 'defaults = { timeout_ms = 60000; };' "
			     "'processes = ( { name = \"main\"; child_name = \"w-%%c\"; } );' "
			     ">$MPLOG_CONF"));
	program = start(reuse_pids, CLONE_NEWPID | CLONE_NEWNS);
	expect_gaps("gaps-reused", 0, " 0 missing");
	/* Each is told of. */
	ck_assert_uint_eq(journal_count("SYSLOG_IDENTIFIER=gaps-reused",
					"MESSAGE_ID=" MESSAGE_ID_CHILD, NULL),
			  before + CHILDREN);
	end(&program);
}
END_TEST

/* ---- Nothing was found ------------------------------------------------------------------------ */

static const char *const misspelt[] = {
	"-t ingsetd",
	"--run=0123456789abcdef0123456789abcdee",
	"-t gaps-boxed PROCESS=wroker-1",
	"-t gaps-boxed --run=0123456789abcdef0123456789abcdee",
};

enum { N_MISSPELT = sizeof(misspelt) / sizeof(misspelt[0]) };

START_TEST(of_what_there_is_not)
{
	int status;
	char *output = shell(&status, "mplog gaps %s 2>&1", misspelt[_i]);

	ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 1, "exit status %d: %s",
		      WEXITSTATUS(status), output);
	ck_assert_msg(!strstr(output, "0 missing"), "%s", output);
	free(output);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite;
	TCase *tcase;

	if (argc == 2)
		return be_executed(argv[0], argv[1]);
	if (argc == 4) {
		require_setup();
		container_namespaces = atoi(argv[1]);
		be_container(atoi(argv[2]), atoi(argv[3]));
		return EXIT_SUCCESS;
	}
	suite = suite_create("no-gaps");
	tcase = suite_case(suite, "no-gaps", setup, NULL);
	tcase_add_loop_test(tcase, of_a_container, 0, N_NAMESPACES);
	tcase_add_loop_test(tcase, of_a_child_that_executes, 0, N_COUNTS);
	tcase_add_loop_test(tcase, of_pids_that_are_used_again, 0, 3);
	tcase_add_loop_test(tcase, of_what_there_is_not, 0, N_MISSPELT);
	return suite_run(suite);
}
