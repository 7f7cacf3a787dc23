/* SPDX-License-Identifier: MIT */
/* Other users of the machine, who can make boards that look like anybody's, and many of them: they hide no
 * process from root, and cost the command neither time nor memory. */
#include "lib/child.h"
#include "lib/journald.h"
#include "lib/sanitizer.h"
#include "lib/shell.h"
#include "lib/stranger.h"
#include "lib/suite.h"

#include <mplog.h>

#include <stdlib.h>
#include <sys/syscall.h>

enum {
	FILES = 128, /* descriptors that the command may have: fewer than there are boards */
	MANY = 200,
	SPARSE = 60,
	LOCKED = 6,
	SECONDS = 8, /* for what takes a moment; two seconds a locked board are more */
};

/* In KiB: far less than sixty boards. The shadow of a sanitizer does not fit under a limit. */
static const char *const memory_limit = UNDER_ASAN || UNDER_TSAN ? "unlimited" : "307200";

static void start_strangers(int n, const struct claim *claim)
{
	for (int i = 0; i < n; i++)
		start_stranger(claim);
}

/* ---- They hide nobody ------------------------------------------------------------------------- */

static void be_honest(const char *name, int ready)
{
	mplog_close();
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || mplog_open(name, "main", 0) < 0 ||
	    mplog_info("here") < 0 || write(ready, "", 1) != 1)
		_exit(1);
	for (;;)
		(void)pause();
}

/* A program of root's, with a board of its own. Returns when that is there. */
static void start_honest(const char *name)
{
	int ready[2];
	char byte;
	pid_t pid;

	ck_assert_int_eq(pipe2(ready, O_CLOEXEC), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		be_honest(name, ready[1]);
	(void)close(ready[1]);
	strangers[n_strangers++] = pid;
	ck_assert_int_eq(read(ready[0], &byte, 1), 1);
	(void)close(ready[0]);
}

/* The process with the highest number is looked at last. */
START_TEST(many_boards_hide_nobody)
{
	char *output;

	start_strangers(MANY, &(struct claim){ .identifier = "fake", .run_id = some_run_id });
	start_honest("honest-late");
	output = shell_expect(0, "ulimit -n %d; mplog ps -t honest-late 2>&1", FILES);
	expect_has(output, "main");
	free(output);
	output = shell_expect(0, "ulimit -n %d; mplog ps 2>&1", FILES);
	expect_has(output, "honest-late");
	free(output);
}
END_TEST

START_TEST(many_programs_hide_nobody)
{
	const char *const name = shell_program("crowd");
	char *output;

	for (int i = 0; i < MANY; i++)
		start_honest(name);
	output = shell_expect(0, "ulimit -n %d; mplog ps --json -t $PROGRAM | wc -l", FILES);
	ck_assert_int_eq(atoi(output), MANY);
	free(output);
}
END_TEST

/* Nor do they keep it from asking all of them, in the memory of a few boards. */
START_TEST(many_programs_reload)
{
	const char *const name = shell_program("reload");
	char *output;

	for (int i = 0; i < MANY; i++)
		start_honest(name);
	output = shell_expect(0,
			      "ulimit -n %d; ulimit -v %s; mplog reload --wait=0ms"
			      " -t $PROGRAM 2>&1 | grep -c pending",
			      FILES, memory_limit);
	ck_assert_int_eq(atoi(output), MANY);
	free(output);
}
END_TEST

/* ---- They cost little ------------------------------------------------------------------------- */

START_TEST(large_boards_cost_little)
{
	char *output;

	start_strangers(SPARSE, &(struct claim){ .identifier = "fake",
						 .run_id = some_run_id,
						 .slots = BOARD_SLOTS - 1 });
	output = shell_expect(0, "ulimit -v %s; ulimit -t 20; mplog ps -t $PROGRAM 2>&1",
			      memory_limit);
	expect_has(output, "main");
	free(output);
	output = shell_expect(0,
			      "ulimit -v %s; ulimit -t 50; mplog ps --json >/dev/null && echo well",
			      memory_limit);
	expect_has(output, "well");
	free(output);
}
END_TEST

START_TEST(locked_boards_are_not_waited_for)
{
	int status;
	char *output;

	start_strangers(LOCKED, &(struct claim){ .identifier = honest_program,
						 .run_id = some_run_id,
						 .locked = true });
	output = shell(&status, "timeout %d mplog level -t $PROGRAM main debug 2>&1", SECONDS);
	ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) != 124, "%s", output);
	free(output);
	ck_assert_int_eq(mplog_level(), MPLOG_DEBUG);
}
END_TEST

/* ---- They end --------------------------------------------------------------------------------- */

static bool is_sleeping(pid_t pid)
{
	char path[64];
	long number = -1;
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%ld/syscall", (long)pid);
	file = fopen(path, "re");
	if (!file)
		return false;
	if (fscanf(file, "%ld", &number) != 1)
		number = -1;
	(void)fclose(file);
	return number == SYS_clock_nanosleep;
}

static bool has_ended(pid_t pid)
{
	siginfo_t info = { .si_pid = 0 };

	return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0 || info.si_pid;
}

/* While the command waits for the lock of its board. */
START_TEST(one_that_has_ended_is_none_that_failed)
{
	char identifier[32];
	pid_t command;

	(void)snprintf(identifier, sizeof(identifier), "ends-%ld", (long)getpid());
	start_stranger(
		&(struct claim){ .identifier = identifier, .run_id = some_run_id, .locked = true });
	command = shell_start("exec mplog level -t %s worker-1 debug", identifier);
	while (!is_sleeping(command) && !has_ended(command))
		;
	(void)kill(command, SIGSTOP);
	strangers_end();
	(void)kill(command, SIGCONT);
	child_exited(command, 1);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("strangers");
	TCase *tcase = suite_case(suite, "strangers", honest_setup, honest_teardown);

	tcase_add_test(tcase, many_programs_hide_nobody);
	tcase_add_test(tcase, many_programs_reload);
	if (privileges_are_root_s()) {
		tcase_add_test(tcase, many_boards_hide_nobody);
		tcase_add_test(tcase, large_boards_cost_little);
		tcase_add_test(tcase, locked_boards_are_not_waited_for);
		tcase_add_test(tcase, one_that_has_ended_is_none_that_failed);
	}
	return suite_run(suite);
}
