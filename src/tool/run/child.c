/* SPDX-License-Identifier: MIT */
#include "tool/run/child.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	EXIT_BY_SIGNAL = 128, /* the shell's convention */
	OPEN_MODE = S_IRUSR | S_IWUSR | S_IWGRP | S_IWOTH,
};

/* Signals of job control stop this process and the command alike; the others come from a bug of
 * this process, or from a limit. */
static const int signals_not_ours[] = {
	SIGTSTP, SIGTTIN, SIGTTOU, SIGABRT, SIGBUS,  SIGFPE,
	SIGILL,  SIGSEGV, SIGSYS,  SIGTRAP, SIGXCPU, SIGXFSZ,
};

/* The signals as they were when this process started: the command gets them so. */
static sigset_t mask_before;
static struct sigaction sigchld_before;

int signals_open(int *ret_fd)
{
	const struct sigaction by_default = { .sa_handler = SIG_DFL };
	sigset_t mask;
	int fd;

	(void)sigfillset(&mask);
	for (size_t i = 0; i < sizeof(signals_not_ours) / sizeof(signals_not_ours[0]); i++)
		(void)sigdelset(&mask, signals_not_ours[i]);
	(void)sigprocmask(SIG_BLOCK, &mask, &mask_before);
	/* Inherited as ignored, SIGCHLD would take the exit status away. */
	(void)sigaction(SIGCHLD, &by_default, &sigchld_before);
	fd = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0)
		return -errno;
	*ret_fd = fd;
	return 0;
}

static int open_pipe(int *ret_read, int *ret_write)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) < 0)
		return -errno;
	(void)fcntl(fds[0], F_SETFL, O_NONBLOCK);
	*ret_read = fds[0];
	*ret_write = fds[1];
	return 0;
}

/* A command that has given up its privileges may open its output again, as /dev/stderr: the mode of a new
 * pipe has that for this user alone. Processes of other users reach a pipe by /proc/PID/fd, which the kernel
 * keeps from them. */
static int open_output(int *ret_read, int *ret_write)
{
	const int r = open_pipe(ret_read, ret_write);

	if (r == 0)
		(void)fchmod(*ret_write, OPEN_MODE);
	return r;
}

/* Puts OUT on descriptor 1 and ERR on 2, also where one has the number of the other. */
static int place(int out, int err)
{
	const int safe = err == STDOUT_FILENO ? dup(err) : err;

	if ((out >= 0 && dup2(out, STDOUT_FILENO) < 0) ||
	    (err >= 0 && dup2(safe, STDERR_FILENO) < 0))
		return -errno;
	/* dup2(2) onto itself leaves close-on-exec. */
	if (out >= 0)
		(void)fcntl(STDOUT_FILENO, F_SETFD, 0);
	if (err >= 0)
		(void)fcntl(STDERR_FILENO, F_SETFD, 0);
	if (safe != err)
		(void)close(safe);
	return 0;
}

/* Puts the command's pid into a variable of systemd that names this process. ALSO names the process
 * in another way, and is dropped. */
static void hand_over(const char *variable, const char *also, pid_t parent)
{
	const char *const value = getenv(variable);
	char number[16];

	if (!value || strtol(value, NULL, 10) != parent)
		return;
	(void)snprintf(number, sizeof(number), "%d", (int)getpid());
	(void)setenv(variable, number, 1);
	if (also)
		(void)unsetenv(also);
}

/* Runs in the new process. A parent killed with SIGKILL passes no signal on: the kernel does. */
static int become(char *const argv[], int out, int err, pid_t parent)
{
	const int r = place(out, err);

	if (r < 0)
		return r;
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		return -ECANCELED;
	hand_over("LISTEN_PID", "LISTEN_PIDFDID", parent);
	hand_over("WATCHDOG_PID", NULL, parent);
	(void)sigaction(SIGCHLD, &sigchld_before, NULL);
	(void)sigprocmask(SIG_SETMASK, &mask_before, NULL);
	(void)execvp(argv[0], argv);
	return -errno;
}

static int read_error(int fd)
{
	int error = 0;
	ssize_t n;

	do {
		n = read(fd, &error, sizeof(error));
	} while (n < 0 && errno == EINTR);
	return n == (ssize_t)sizeof(error) ? error : 0;
}

int child_start(struct child *ret, char *const argv[], bool wants_out, bool wants_err)
{
	AUTO_CLOSE int out = -1, out_write = -1, err = -1, err_write = -1;
	AUTO_CLOSE int failed = -1, failed_write = -1;
	const pid_t parent = getpid();
	pid_t pid;
	int r = 0;

	if (wants_out)
		r = open_output(&out, &out_write);
	if (r == 0 && wants_err)
		r = open_output(&err, &err_write);
	if (r == 0)
		r = open_pipe(&failed, &failed_write);
	if (r < 0)
		return r;
	(void)fcntl(failed, F_SETFL, 0);
	/* Orphans of the command become children of this process, for child_end_orphans(). */
	(void)prctl(PR_SET_CHILD_SUBREAPER, 1);
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid == 0) {
		r = become(argv, out_write, err_write, parent);
		(void)!write(failed_write, &r, sizeof(r));
		_exit(EXIT_FAILURE);
	}
	(void)close(take_fd(&failed_write));
	r = read_error(failed);
	if (r < 0) {
		(void)waitpid(pid, NULL, 0);
		return r;
	}
	*ret = (struct child){ .pid = pid, .out = take_fd(&out), .err = take_fd(&err) };
	(void)sigemptyset(&ret->passed);
	return 0;
}

static void note_the_dead(struct child *child)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid != child->pid)
			continue;
		child->ended = true;
		child->status = status;
	}
}

/* Signals of the kernel, such as Ctrl-C's, went to the whole foreground group, the command
 * included. */
static void pass_on(struct child *child, const struct signalfd_siginfo *info)
{
	const int number = (int)info->ssi_signo;

	if (child->ended || info->ssi_code == SI_KERNEL)
		return;
	(void)sigaddset(&child->passed, number);
	(void)kill(child->pid, number);
}

void child_handle_signal(struct child *child, int signal_fd)
{
	struct signalfd_siginfo info;

	if (read(signal_fd, &info, sizeof(info)) != (ssize_t)sizeof(info))
		return;
	if (info.ssi_signo == SIGCHLD)
		note_the_dead(child);
	else
		pass_on(child, &info);
}

/* A command that exits in order upon SIGTERM was ended by SIGTERM as well. */
static int end_signal(const struct child *child)
{
	const int number = WIFSIGNALED(child->status) ? WTERMSIG(child->status) : SIGTERM;

	return child->ended && sigismember(&child->passed, number) == 1 ? number : 0;
}

void child_end_orphans(struct child *child)
{
	const int number = end_signal(child);

	if (number != 0)
		orphans_end(&child->orphans, number);
}

/* A supervisor expects a service to die of the signal that stops it. Only the command dumps core.
 * */
static void die_of(int number)
{
	const struct rlimit no_core = { 0 };
	const struct sigaction by_default = { .sa_handler = SIG_DFL };
	sigset_t mask;

	(void)setrlimit(RLIMIT_CORE, &no_core);
	(void)sigaction(number, &by_default, NULL);
	(void)sigemptyset(&mask);
	(void)sigaddset(&mask, number);
	(void)sigprocmask(SIG_UNBLOCK, &mask, NULL);
	(void)raise(number);
}

void child_exit_like(const struct child *child)
{
	if (WIFEXITED(child->status))
		exit(WEXITSTATUS(child->status));
	die_of(WTERMSIG(child->status));
	/* The first process of a container does not die of signals. */
	exit(EXIT_BY_SIGNAL + WTERMSIG(child->status));
}
