/* SPDX-License-Identifier: MIT */
/* Rows about a record to standard error, by what that is. While there is no log service. */
#include <mplog.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "measure.h"
#include "service.h"

enum { ROUNDS = 151, CALLS = 200, LINE_SIZE = 4096, READ_SIZE = 1 << 16, TICK_US = 20000 };

/* What mplog writes there, newline and all. */
static char line[LINE_SIZE];
static size_t line_size;

static void bare_write(void)
{
	if (write(STDERR_FILENO, line, line_size) < 0)
		fail("standard error");
}

static void stdio_write(void)
{
	(void)fprintf(stderr, "bench %d: got %s in %d ms\n", getpid(),
		      "http://example.org/index.html", 42);
}

static void set_stderr(int fd)
{
	if (fd < 0 || dup2(fd, STDERR_FILENO) < 0)
		fail("standard error");
	(void)close(fd);
	usleep(TICK_US); /* the library looks at it in the next tick */
}

static void learn_line(void)
{
	int ends[2];
	ssize_t size;

	if (pipe2(ends, O_CLOEXEC) < 0)
		fail("pipe");
	set_stderr(ends[1]);
	mplog_call();
	size = read(ends[0], line, sizeof(line));
	if (size <= 0)
		fail("a line of standard error");
	line_size = (size_t)size;
	(void)close(ends[0]);
}

static pid_t reader;

/* A pipe that a child reads all the time. */
static void open_pipe(void)
{
	static char buffer[READ_SIZE];
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		fail("pipe");
	reader = fork();
	if (reader == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		(void)close(ends[1]);
		(void)close(STDERR_FILENO);
		while (read(ends[0], buffer, sizeof(buffer)) > 0)
			;
		_exit(0);
	}
	(void)close(ends[0]);
	set_stderr(ends[1]);
}

/* In the usual file system, not one in memory. */
static void open_file(void)
{
	char path[] = "/tmp/mplog-bench-XXXXXX";
	const int fd = mkstemp(path);
	const int again = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);

	(void)close(fd);
	(void)unlink(path);
	set_stderr(again);
}

static void open_null(void)
{
	set_stderr(open("/dev/null", O_WRONLY | O_CLOEXEC));
}

/* A file does not grow without end. */
static void empty_file(void)
{
	(void)!ftruncate(STDERR_FILENO, 0);
}

static void nothing(void)
{
}

static const struct target {
	const char *name;
	void (*open)(void);
	void (*catch_up)(void); /* NULL: the reader is given time */
} targets[] = {
	{ "a pipe", open_pipe, NULL },
	{ "a file", open_file, empty_file },
	{ "/dev/null", open_null, nothing },
};

static void row(const struct target *target, const char *style)
{
	static const struct contender contenders[] = {
		{ "bare write(2) of the same bytes", bare_write, NULL },
		{ "mplog_info", mplog_call, NULL, .bar = 1.4 },
		{ "fprintf(stderr), no time of day", stdio_write, NULL },
	};
	char title[64];
	const struct scenario scenario = { title,  NULL, round_of_calls,   CALLS,
					   ROUNDS, 0,    target->catch_up, true };

	(void)snprintf(title, sizeof(title), "a call, to standard error, %s, %s", target->name,
		       style);
	learn_line();
	target->open();
	measure(&scenario, contenders, sizeof(contenders) / sizeof(contenders[0]));
}

void rows_stderr(void)
{
	static const char *const styles[][2] = { { "to-stderr", "text" },
						 { "to-stderr-json", "JSON" } };
	const int before = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);

	for (size_t i = 0; i < 2; i++) {
		(void)mplog_enter(styles[i][0]);
		for (size_t k = 0; k < sizeof(targets) / sizeof(targets[0]); k++)
			row(&targets[k], styles[i][1]);
		mplog_leave();
	}
	set_stderr(before);
	(void)waitpid(reader, NULL, WNOHANG);
}
