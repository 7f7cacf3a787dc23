/* SPDX-License-Identifier: MIT */
#include "lib/shell.h"

#include "lib/child.h"
#include "lib/hang.h"
#include "lib/threads.h"

#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	SCRIPT_MAX = 16384,
	POLL_MS = 5,
	POLLS = HANG_SECONDS * 1000 / POLL_MS,
};

__attribute__((format(printf, 2, 0))) static void format_script(char script[SCRIPT_MAX],
								const char *format, va_list ap)
{
	const int size = vsnprintf(script, SCRIPT_MAX, format, ap);

	ck_assert_int_ge(size, 0);
	ck_assert_int_lt(size, SCRIPT_MAX);
}

static void set_path(void)
{
	static char path[4096];
	const char *const builddir = getenv("top_builddir");

	if (path[0])
		return;
	(void)snprintf(path, sizeof(path), "%s:%s", builddir ? builddir : ".", getenv("PATH"));
	ck_assert_int_eq(setenv("PATH", path, 1), 0);
}

static char *read_all(int fd)
{
	size_t size = 0, capacity = 4096;
	char *data = malloc(capacity);
	ssize_t n;

	ck_assert_ptr_nonnull(data);
	while ((n = read(fd, data + size, capacity - size - 1)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		ck_assert_int_gt(n, 0);
		size += (size_t)n;
		if (capacity - size < 2) {
			data = realloc(data, capacity *= 2);
			ck_assert_ptr_nonnull(data);
		}
	}
	data[size] = '\0';
	return data;
}

static pid_t start(const char *script, int output)
{
	pid_t pid;

	set_path();
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		if (output >= 0)
			(void)dup2(output, STDOUT_FILENO);
		else
			(void)setsid();
		(void)signal(SIGPIPE, SIG_DFL);
		(void)execlp("sh", "sh", "-c", script, (char *)NULL);
		_exit(127);
	}
	return pid;
}

static char *run(int *ret_status, const char *script)
{
	int fds[2];
	char *output;
	pid_t pid;

	ck_assert_int_eq(pipe2(fds, O_CLOEXEC), 0);
	pid = start(script, fds[1]);
	(void)close(fds[1]);
	output = read_all(fds[0]);
	(void)close(fds[0]);
	*ret_status = child_status(pid);
	return output;
}

char *shell(int *ret_status, const char *format, ...)
{
	char script[SCRIPT_MAX];
	va_list ap;

	va_start(ap, format);
	format_script(script, format, ap);
	va_end(ap);
	return run(ret_status, script);
}

static char *run_well(int exit_status, const char *script)
{
	int status;
	char *output = run(&status, script);

	ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == exit_status,
		      "wait status 0x%x, not exit status %d: %s", (unsigned)status, exit_status,
		      script);
	return output;
}

char *shell_expect(int exit_status, const char *format, ...)
{
	char script[SCRIPT_MAX];
	va_list ap;

	va_start(ap, format);
	format_script(script, format, ap);
	va_end(ap);
	return run_well(exit_status, script);
}

void shell_run(int exit_status, const char *format, ...)
{
	char script[SCRIPT_MAX];
	va_list ap;

	va_start(ap, format);
	format_script(script, format, ap);
	va_end(ap);
	free(run_well(exit_status, script));
}

void shell_says(const char *script, const char *part)
{
	char *output = run_well(0, script);

	ck_assert_msg(strstr(output, part) != NULL, "%s: no \"%s\" in\n%s", script, part, output);
	free(output);
}

const char *shell_program(const char *name)
{
	static char identifier[64];

	(void)snprintf(identifier, sizeof(identifier), "%s-%ld", name, (long)getpid());
	ck_assert_int_eq(setenv("PROGRAM", identifier, 1), 0);
	return identifier;
}

pid_t shell_start(const char *format, ...)
{
	char script[SCRIPT_MAX];
	va_list ap;

	va_start(ap, format);
	format_script(script, format, ap);
	va_end(ap);
	return start(script, -1);
}

static int open_terminal(int *ret_slave)
{
	const int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);

	ck_assert_int_ge(master, 0);
	ck_assert_int_eq(grantpt(master), 0);
	ck_assert_int_eq(unlockpt(master), 0);
	*ret_slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
	ck_assert_int_ge(*ret_slave, 0);
	return master;
}

/* Reading a terminal that is open nowhere else any more fails: EIO. */
static char *read_terminal(int master)
{
	enum { CAPACITY = 1 << 20 };
	char *const data = malloc(CAPACITY);
	size_t size = 0;
	ssize_t n;

	ck_assert_ptr_nonnull(data);
	while ((n = read(master, data + size, CAPACITY - size - 1)) > 0)
		size += (size_t)n;
	data[size] = '\0';
	for (char *cr = data; (cr = strchr(cr, '\r'));)
		memmove(cr, cr + 1, strlen(cr));
	return data;
}

char *shell_on_terminal(const char *format, ...)
{
	char script[SCRIPT_MAX];
	int master, slave;
	char *output;
	va_list ap;
	pid_t pid;

	va_start(ap, format);
	format_script(script, format, ap);
	va_end(ap);
	master = open_terminal(&slave);
	pid = start(script, slave);
	(void)close(slave);
	output = read_terminal(master);
	(void)close(master);
	ck_assert_int_eq(child_status(pid), 0);
	return output;
}

/* The state of a process that is in the session, and no zombie; else 0. */
static char state_in_session(const char *pid, pid_t session)
{
	char path[300], line[1024] = "", state;
	const char *end;
	long of_process;
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%s/stat", pid);
	file = fopen(path, "re");
	if (!file)
		return 0;
	end = fgets(line, sizeof(line), file) ? strrchr(line, ')') : NULL;
	(void)fclose(file);
	/* After the command's name, which may hold brackets itself: state, parent, group, session. */
	if (!end || sscanf(end + 1, " %c %*d %*d %ld", &state, &of_process) != 2 || state == 'Z' ||
	    state == 'X' || of_process != session)
		return 0;
	return state;
}

/* How many processes are in the session, and how many of them do not sleep. */
static size_t count_session(pid_t session, size_t *awake)
{
	DIR *const proc = opendir("/proc");
	const struct dirent *entry;
	size_t n = 0;

	ck_assert_ptr_nonnull(proc);
	*awake = 0;
	while ((entry = readdir(proc))) {
		const bool is_process = entry->d_name[0] >= '1' && entry->d_name[0] <= '9';
		const char state = is_process ? state_in_session(entry->d_name, session) : 0;

		n += state != 0;
		*awake += state != 0 && state != 'S';
	}
	(void)closedir(proc);
	return n;
}

static void await_session(pid_t session, size_t size, bool asleep)
{
	size_t n, awake;

	for (int i = 0; (n = count_session(session, &awake)) != size || (asleep && awake); i++) {
		ck_assert_msg(i < POLLS, "%zu processes, not %zu; %zu of them awake", n, size,
			      awake);
		pause_ms(POLL_MS);
	}
}

void session_await(pid_t session, size_t size)
{
	await_session(session, size, false);
}

void session_await_sleepers(pid_t session, size_t size)
{
	await_session(session, size, true);
}
