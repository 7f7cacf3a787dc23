/* SPDX-License-Identifier: MIT */
/* A server in sshd's pattern: a child for each session begins a session of its own and executes the program
 * again, which forks a process that talks to the network: locked up, sealed, and under a seccomp(2) filter
 * that kills. */
#include "lib/port.h"
#include "lib/suite.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

enum { SESSIONS = 4, REQUESTS = 20, SESSION_FD = 9 };

static const char *identifier;
static const char configuration[] = "defaults = { prefix = \"\"; timeout_ms = 60000; };";

#define ALLOW(number)                                                  \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(number), 0, 1), \
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

/* Any other call is the end of the process. */
static void allow_little(void)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		ALLOW(SYS_read),
		ALLOW(SYS_write),
		ALLOW(SYS_sendto),
		ALLOW(SYS_clock_gettime),
		ALLOW(SYS_exit_group),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
	};
	const struct sock_fprog program = { sizeof(filter) / sizeof(*filter), filter };

	port_require(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, 20);
	port_require(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0, 21);
}

/* ---- The program that is executed ------------------------------------------------------------- */

static _Noreturn void talk(void)
{
	char byte;

	port_lock_up();
	port_require(mplog_seal() == 0, 1);
	allow_little();
	port_require(mplog_info("net begins") == 0, 2);
	while (read(SESSION_FD, &byte, 1) == 1) {
		port_require(mplog_debug("net debug") == 0, 3);
		port_require(mplog_info("net request") == 0, 4);
		port_require(write(SESSION_FD, &byte, 1) == 1, 5);
	}
	port_require(mplog_info("net ends") == 0, 6);
	_exit(0);
}

static int be_session(const char *root)
{
	char name[64];
	int status = -1;
	pid_t pid;

	(void)snprintf(port_root, sizeof(port_root), "%s", root);
	port_require(mplog_open(getenv("PROGRAM"), NULL, 0) == 0, 7);
	port_require(mplog_info("session begins") == 0, 8);
	(void)snprintf(name, sizeof(name), "%.40s-net", mplog_process());
	pid = mplog_fork(name);
	if (pid == 0)
		talk();
	(void)close(SESSION_FD);
	port_require(waitpid(pid, &status, 0) == pid, 9);
	(void)mplog_reaped(pid, status, NULL);
	port_require(mplog_info("session ends") == 0, 13);
	mplog_close();
	return status != 0;
}

/* ---- The server ------------------------------------------------------------------------------- */

static void execute(const char *name, int fd)
{
	char *const arguments[] = { (char *)(uintptr_t) "session", port_root, NULL };

	port_require(setsid() > 0, 14);
	port_require(dup2(fd, SESSION_FD) == SESSION_FD, 15);
	port_require(mplog_info("accepted") == 0, 16);
	port_require(mplog_export(name) == 0, 17);
	(void)execv("/proc/self/exe", arguments);
	_exit(18);
}

static pid_t start_session(int i, int *ret_fd)
{
	char name[32];
	int fd[2];
	pid_t pid;

	(void)snprintf(name, sizeof(name), "session-%d", i + 1);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd), 0);
	pid = mplog_fork(name);
	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		execute(name, fd[1]);
	(void)close(fd[1]);
	*ret_fd = fd[0];
	return pid;
}

static void expect_session(int i)
{
	char name[32], net[32];

	(void)snprintf(name, sizeof(name), "session-%d", i + 1);
	(void)snprintf(net, sizeof(net), "session-%d-net", i + 1);
	ck_assert_uint_eq(port_count(identifier, name, "accepted"), 1);
	ck_assert_uint_eq(port_count(identifier, name, "session begins"), 1);
	ck_assert_uint_eq(port_count(identifier, name, "session ends"), 1);
	ck_assert_uint_eq(port_count(identifier, net, "net begins"), 1);
	ck_assert_uint_eq(port_count(identifier, net, "net request"), REQUESTS);
	ck_assert_uint_eq(port_count(identifier, net, "net ends"), 1);
	/* The level of one was set before it was executed, that of another one while it ran. */
	ck_assert_uint_eq(port_count(identifier, net, "net debug"), i == 1   ? REQUESTS
								    : i == 2 ? REQUESTS - 1
									     : 0);
}

START_TEST(a_program_that_is_executed_again)
{
	int fd[SESSIONS];
	pid_t pids[SESSIONS];

	identifier = shell_program("reexec");
	file_write(family_path("reexec.conf"), configuration);
	ck_assert_int_eq(setenv("MPLOG_CONF", family_path("reexec.conf"), 1), 0);
	ck_assert_int_eq(mplog_open(identifier, "main", 0), 0);
	mplog_info("listening");
	shell_run(0, "mplog level -t %s session-2-net debug >&2", identifier);
	for (int i = 0; i < SESSIONS; i++) {
		pids[i] = start_session(i, &fd[i]);
		port_ask(fd[i], '1');
	}
	shell_run(0, "mplog level -t %s session-3-net debug >&2", identifier);
	for (int k = 1; k < REQUESTS; k++) {
		for (int i = 0; i < SESSIONS; i++)
			port_ask(fd[i], 'x');
	}
	for (int i = 0; i < SESSIONS; i++) {
		ck_assert_int_eq(close(fd[i]), 0);
		child_exited_well(pids[i]);
	}
	for (int i = 0; i < SESSIONS; i++)
		expect_session(i);
	port_is_complete(identifier);
	mplog_close();
}
END_TEST

int main(int argc, char **argv)
{
	Suite *suite;
	TCase *tcase;

	if (argc > 1 && strcmp(argv[0], "session") == 0)
		return be_session(argv[1]);
	suite = suite_create("reexec");
	tcase = suite_case(suite, "reexec", port_setup, NULL);
	tcase_add_test(tcase, a_program_that_is_executed_again);
	return suite_run(suite);
}
