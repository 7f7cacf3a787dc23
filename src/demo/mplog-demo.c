/* SPDX-License-Identifier: MIT */
/* mplog-demo: the same tasks in processes of their own, or one after the other in this one. */

#include <mplog.h>

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

enum {
	TASKS_DEFAULT = 3,
	NUMBER_MAX = 100000,
	TASK_NANOSECONDS = 100 * 1000 * 1000,
	NAME_SIZE = 16,
};

struct arguments {
	int jobs;
	int tasks;
};

static const char help[] =
	"usage: mplog-demo --jobs=N [--tasks=M]\n"
	"\n"
	"Runs M tasks (3) that log under names of their own, at most N of them at once.\n"
	"With one job they run one after the other in this process and log to standard\n"
	"error; with more, each in a child, to the journal:\n"
	"\n"
	"  mplog-demo --jobs=3\n"
	"  journalctl -t mplog-demo PROCESS=1\n";

/* ---- The work, which does not know where it runs ---------------------------------------------- */

static void task(int number)
{
	const struct timespec duration = { .tv_nsec = TASK_NANOSECONDS };

	mplog_debug("Running process: %d ...", number);
	(void)nanosleep(&duration, NULL);
	mplog_debug("Done.");
}

static const char *task_name(int number, char buffer[NAME_SIZE])
{
	(void)snprintf(buffer, NAME_SIZE, "%d", number);
	return buffer;
}

/* ---- In sequence: a task is a scope ----------------------------------------------------------- */

static void run_in_sequence(int tasks)
{
	char name[NAME_SIZE];

	for (int number = 1; number <= tasks; number++) {
		MPLOG_SCOPE(task_name(number, name));
		task(number);
	}
}

/* ---- In parallel: a task is a process --------------------------------------------------------- */

static int start(int number)
{
	char name[NAME_SIZE];
	const pid_t pid = mplog_fork(task_name(number, name));

	if (pid == 0) {
		task(number);
		exit(EXIT_SUCCESS);
	}
	return pid < 0 ? -errno : 0;
}

/* Waits until a child has ended; returns a negative errno unless the child succeeded. */
static int wait_for_one(void)
{
	int status;
	pid_t pid;

	do {
		pid = wait(&status);
	} while (pid < 0 && errno == EINTR);
	if (pid < 0)
		return -errno;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != EXIT_SUCCESS) {
		mplog_err("Process %d failed.", (int)pid);
		return -ECHILD;
	}
	return 0;
}

static int run_in_parallel(int tasks, int jobs)
{
	int running = 0, result = 0;

	for (int number = 1; number <= tasks && result == 0; number++) {
		if (running == jobs) {
			result = wait_for_one();
			running--;
		}
		if (result == 0)
			result = start(number);
		if (result == 0)
			running++;
	}
	for (; running > 0; running--) {
		const int r = wait_for_one();

		result = result ? result : r;
	}
	return result;
}

/* ---- Arguments -------------------------------------------------------------------------------- */

static int parse_number(const char *text)
{
	char *end;
	long number;

	errno = 0;
	number = strtol(text, &end, 10);
	if (errno || end == text || *end || number < 1 || number > NUMBER_MAX) {
		(void)fprintf(stderr, "mplog-demo: not a number from 1 to %d: %s\n", NUMBER_MAX,
			      text);
		exit(EXIT_FAILURE);
	}
	return (int)number;
}

static struct arguments parse_arguments(int argc, char **argv)
{
	static const struct option options[] = {
		{ "jobs", required_argument, NULL, 'j' },
		{ "tasks", required_argument, NULL, 'n' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	struct arguments arguments = { .tasks = TASKS_DEFAULT };
	int option;

	while ((option = getopt_long(argc, argv, "j:n:h", options, NULL)) != -1) {
		if (option == 'j')
			arguments.jobs = parse_number(optarg);
		else if (option == 'n')
			arguments.tasks = parse_number(optarg);
		else if (option == 'h')
			exit(fputs(help, stdout) < 0 ? EXIT_FAILURE : EXIT_SUCCESS);
		else
			exit(EXIT_FAILURE);
	}
	if (arguments.jobs == 0 || optind < argc) {
		(void)fputs(help, stderr);
		exit(EXIT_FAILURE);
	}
	return arguments;
}

int main(int argc, char **argv)
{
	const struct arguments arguments = parse_arguments(argc, argv);
	/* The tasks' records are debug: shown unless the configuration says otherwise. */
	const struct mplog_options options = {
		.size = sizeof(options),
		.identifier = "mplog-demo",
		.process = "main",
		.flags = arguments.jobs == 1 ? MPLOG_SINGLE : 0,
		.level = MPLOG_DEBUG,
	};
	int result = mplog_open_with(&options);

	if (result < 0) {
		(void)fprintf(stderr, "mplog-demo: cannot open mplog: %s\n", strerror(-result));
		return EXIT_FAILURE;
	}
	mplog_info("Starting ...");
	if (arguments.jobs == 1)
		run_in_sequence(arguments.tasks);
	else
		result = run_in_parallel(arguments.tasks, arguments.jobs);
	if (result < 0)
		mplog_errno(MPLOG_ERR, result, "Failed");
	else
		mplog_info("Done.");
	/* No mplog_close(): it reports each child that ended, and a sequence has none. */
	return result < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
