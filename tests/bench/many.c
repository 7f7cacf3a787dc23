/* SPDX-License-Identifier: MIT */
/* Rows about processes and threads, and their memory. */
#include <mplog.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "measure.h"
#include "peers.h"
#include "service.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum {
	FORK_ROUNDS = 101,
	MANY_ROUNDS = 5,
	RECORDS = 1000, /* of each process or thread */
	CHILDREN_MAX = 64,
	THREADS = 8,
	BOXED_THREADS = 4,
	BOXED_ROUNDS = 151,
	BOXED_RECORDS = 20000,
	FORKS = 10,
	MEMORY_RECORDS = 100,
	MEMORY_BAR = 64 << 10,
};

/* ---- Processes ------------------------------------------------------------------------------ */

static unsigned n_children;

static void wait_for_all(unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		int status;

		if (wait(&status) < 0 || status != 0)
			fail("a child");
	}
}

static void run_child(int go, void (*call)(void), unsigned calls)
{
	char byte;

	bare_connect();
	if (read(go, &byte, 1) != 0)
		_exit(EXIT_FAILURE);
	for (unsigned i = 0; i < calls; i++)
		call();
	_exit(EXIT_SUCCESS);
}

/* All begin when the pipe is closed. Nanoseconds a record, of all of them. */
static double round_of_processes(void (*call)(void), const struct scenario *scenario)
{
	int go[2];
	double begin;

	if (pipe(go) < 0)
		fail("pipe");
	for (unsigned i = 0; i < n_children; i++) {
		if (mplog_fork("worker") > 0)
			continue;
		(void)close(go[1]);
		run_child(go[0], call, scenario->calls);
	}
	(void)close(go[0]);
	begin = now_ns();
	(void)close(go[1]);
	wait_for_all(n_children);
	return (now_ns() - begin) / scenario->calls / n_children;
}

static void rows_processes(void)
{
	static const struct contender contenders[] = {
		{ "bare send(2), numbered as mplog's", bare_send_numbered, NULL },
		{ "mplog_info", mplog_call, NULL },
		{ "sd_journal_send", systemd_send, NULL },
	};
	static const struct contender crowd[] = {
		{ "bare send(2), numbered as mplog's", bare_send_numbered, NULL },
		{ "mplog_info", mplog_call, NULL, .bar = 1 },
		{ "sd_journal_send", systemd_send, NULL },
		{ "bare send(2) of the same bytes always", bare_send, NULL },
	};
	static const unsigned numbers[] = { 1, 4, 16, CHILDREN_MAX };
	char title[64];
	struct scenario scenario = { title, NULL, round_of_processes, RECORDS, MANY_ROUNDS, 0,
				     NULL,  false };

	for (size_t i = 0; i < COUNT(numbers); i++) {
		n_children = numbers[i];
		(void)snprintf(title, sizeof(title), "%u processes at once, real journald",
			       n_children);
		if (n_children == CHILDREN_MAX)
			measure(&scenario, crowd, COUNT(crowd));
		else
			measure(&scenario, contenders, COUNT(contenders));
	}
}

/* ---- Threads -------------------------------------------------------------------------------- */

struct job {
	void (*call)(void);
	unsigned calls;
};

static void *run_thread(void *argument)
{
	const struct job *const job = argument;

	for (unsigned i = 0; i < job->calls; i++)
		job->call();
	return NULL;
}

static double round_of_threads(void (*call)(void), const struct scenario *scenario)
{
	struct job job = { call, scenario->calls };
	pthread_t threads[THREADS];
	const double begin = now_ns();

	for (int i = 0; i < THREADS; i++) {
		if (pthread_create(&threads[i], NULL, run_thread, &job) != 0)
			fail("pthread_create");
	}
	for (int i = 0; i < THREADS; i++)
		(void)pthread_join(threads[i], NULL);
	return (now_ns() - begin) / scenario->calls / THREADS;
}

static void rows_threads(void)
{
	static const struct contender contenders[] = {
		{ "bare send(2) of the same bytes", bare_send, NULL },
		{ "mplog_info", mplog_call, NULL },
		{ "sd_journal_send", systemd_send, NULL },
		{ "g_log_structured", glib_call, glib_prepare },
		{ "spdlog, systemd sink", spdlog_call, spdlog_prepare },
		{ "syslog(3)", syslog_call, syslog_prepare },
	};
	static const struct scenario scenario = { "8 threads of one process, real journald",
						  NULL,
						  round_of_threads,
						  RECORDS,
						  MANY_ROUNDS,
						  0,
						  NULL,
						  false };

	measure(&scenario, contenders, COUNT(contenders));
}

void rows_many(void)
{
	bare_connect();
	rows_processes();
	rows_threads();
}

/* ---- Fork ----------------------------------------------------------------------------------- */

static void wait_for(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) < 0 || status != 0)
		fail("a child");
}

static void fork_and_log(void)
{
	const pid_t pid = mplog_fork("worker");

	if (pid == 0) {
		mplog_call();
		_exit(EXIT_SUCCESS);
	}
	wait_for(pid);
}

static void fork_and_send(void)
{
	const pid_t pid = fork();

	if (pid == 0) {
		bare_send();
		_exit(EXIT_SUCCESS);
	}
	wait_for(pid);
}

static void row_of_parent(size_t mib)
{
	static const struct contender contenders[] = {
		{ "fork(2), bare send(2), exit", fork_and_send, NULL },
		{ "mplog_fork, first record, exit", fork_and_log, NULL, .bar = 1.15 },
	};
	char title[64];
	const struct scenario scenario = { title,       NULL, round_of_calls, FORKS,
					   FORK_ROUNDS, 1,    service_drain,  false };
	char *const memory = malloc(mib << 20);

	if (!memory)
		fail("malloc");
	(void)snprintf(title, sizeof(title), "a child of a process of %zu MiB", mib);
	memset(memory, 1, mib << 20);
	measure(&scenario, contenders, COUNT(contenders));
	free(memory);
}

void rows_life(void)
{
	bare_connect();
	row_of_parent(2);
	row_of_parent(20);
	row_of_parent(200);
}

/* ---- The black box ---------------------------------------------------------------------------- */

static void mplog_boxed(void)
{
	(void)mplog_debug("got %s in %d ms", "http://example.org/index.html", 42);
}

static void *run_boxed(void *argument)
{
	void *end;

	(void)mplog_enter("boxed");
	end = run_thread(argument);
	mplog_leave();
	return end;
}

static double round_of_boxed(void (*call)(void), const struct scenario *scenario)
{
	struct job job = { call, scenario->calls };
	pthread_t threads[BOXED_THREADS];
	const double begin = now_ns();

	for (int i = 0; i < BOXED_THREADS; i++) {
		if (pthread_create(&threads[i], NULL, call == mplog_boxed ? run_boxed : run_thread,
				   &job) != 0)
			fail("pthread_create");
	}
	for (int i = 0; i < BOXED_THREADS; i++)
		(void)pthread_join(threads[i], NULL);
	return (now_ns() - begin) / scenario->calls / BOXED_THREADS;
}

/* In a process whose name has a black box, as a worker has. */
static void run_boxed_rows(void)
{
	static const struct contender contenders[] = {
		{ "mplog_debug, below the level", mplog_boxed, NULL, .bar = 1 },
		{ "qb_log, black box", qb_blackbox, qb_blackbox_prepare, .bar_slower = 1 / 0.6 },
		{ "spdlog, backtrace", spdlog_backtrace, spdlog_backtrace_prepare,
		  .bar_slower = 2 },
	};
	static const struct contender in_threads[] = {
		{ "mplog_debug, below the level", mplog_boxed, NULL },
		{ "qb_log, black box", qb_blackbox, qb_blackbox_prepare },
		{ "spdlog, backtrace", spdlog_backtrace, spdlog_backtrace_prepare },
	};
	static const struct scenario one = { "a call into the black box",
					     NULL,
					     round_of_calls,
					     RECORDS,
					     BOXED_ROUNDS,
					     0,
					     NULL,
					     false };
	static const struct scenario four = { "a call into the black box, 4 threads",
					      NULL,
					      round_of_boxed,
					      BOXED_RECORDS,
					      MANY_ROUNDS,
					      0,
					      NULL,
					      false };
	static const struct contender forks[] = {
		{ "fork(2), bare send(2), exit", fork_and_send, NULL },
		{ "mplog_fork, first record, exit", fork_and_log, NULL },
	};
	static const struct scenario life = { "a child of a process with a black box",
					      NULL,
					      round_of_calls,
					      FORKS,
					      FORK_ROUNDS,
					      1,
					      service_drain,
					      false };

	mplog_boxed();
	bare_connect();
	measure(&life, forks, COUNT(forks));
	measure(&one, contenders, COUNT(contenders));
	measure(&four, in_threads, COUNT(in_threads));
}

void rows_blackbox(void)
{
	(void)mplog_rename("boxed");
	run_boxed_rows();
	(void)mplog_rename("worker-1");
}

/* ---- Memory --------------------------------------------------------------------------------- */

/* Bytes of anonymous pages that are this process's alone, and of touched pages of shared memory. */
static long own_memory(void)
{
	FILE *file = fopen("/proc/self/smaps", "re");
	char text[512];
	bool is_shared = false;
	long total = 0;
	long kib;

	if (!file)
		fail("/proc/self/smaps");
	while (fgets(text, sizeof(text), file)) {
		if (strchr(text, '-') && strstr(text, " "))
			is_shared = strstr(text, "memfd:") || strstr(text, "/dev/zero");
		if (sscanf(text, is_shared ? "Rss: %ld kB" : "Private_Dirty: %ld kB", &kib) == 1)
			total += kib << 10;
	}
	(void)fclose(file);
	return total;
}

static void print_growth(long before)
{
	for (int i = 0; i < MEMORY_RECORDS; i++)
		mplog_call();
	printf("%ld\n", own_memory() - before);
	fflush(stdout);
}

/* First the program itself, then a child of it beside one that does not log. */
int memory_main(void)
{
	long before = own_memory();
	int ends[2];
	pid_t pid;

	before = own_memory(); /* and not what the first look takes */
	if (mplog_open("bench", "main", 0) < 0 || pipe(ends) < 0)
		fail("mplog_open");
	print_growth(before);

	pid = fork();
	if (pid == 0) {
		before = own_memory();
		before = own_memory();
		_exit(write(ends[1], &before, sizeof(before)) == sizeof(before) ? 0 : 1);
	}
	wait_for(pid);
	if (read(ends[0], &before, sizeof(before)) != sizeof(before))
		fail("pipe");
	pid = mplog_fork("worker");
	if (pid == 0) {
		print_growth(before);
		_exit(EXIT_SUCCESS);
	}
	wait_for(pid);
	return EXIT_SUCCESS;
}

void rows_memory(const char *program)
{
	char command[512];
	long of_process = 0;
	long of_child = 0;
	FILE *output;

	(void)snprintf(command, sizeof(command), "'%s' --memory", program);
	output = popen(command, "re");
	if (!output || fscanf(output, "%ld %ld", &of_process, &of_child) != 2 ||
	    pclose(output) != 0)
		fail("--memory");
	measure_figure("memory of a process", "mplog", (double)of_process, "bytes", MEMORY_BAR);
	measure_figure("memory of a child", "mplog", (double)of_child, "bytes", MEMORY_BAR);
}
