/* SPDX-License-Identifier: MIT */
/* A server in NSD's pattern: a pool of workers, which a reload replaces by others while the former ones
 * finish their work, and of which one is killed now and then. */
#include "lib/port.h"
#include "lib/suite.h"

#include <signal.h>

enum { WORKERS = 4, GENERATIONS = 6, RECORDS = 50 };

struct worker {
	pid_t pid;
	int fd; /* the master's end: what it asks the worker */
};

static const char *identifier;
static const char configuration[] = "defaults = { prefix = \"\"; timeout_ms = 60000; };";

static const char *name_of(int i)
{
	static char name[32];

	(void)snprintf(name, sizeof(name), "server-%d", i + 1);
	return name;
}

static _Noreturn void work(int fd)
{
	char byte;

	port_lock_up();
	port_require(mplog_info("ready") == 0, 1);
	while (read(fd, &byte, 1) == 1) {
		for (int i = 0; i < RECORDS; i++)
			port_require(mplog_info("work") == 0, 2);
		port_require(mplog_debug("detail") == 0, 3);
		port_require(write(fd, &byte, 1) == 1, 4);
	}
	port_require(mplog_info("done") == 0, 5);
	_exit(0);
}

static struct worker start_worker(int i, const struct worker *others, int n_others)
{
	struct worker worker;
	int fd[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
	worker.pid = mplog_fork(name_of(i));
	ck_assert_int_ge(worker.pid, 0);
	if (worker.pid == 0) {
		/* The end of the others' work is that their master closes its side. */
		for (int k = 0; k < n_others; k++)
			(void)close(others[k].fd);
		(void)close(fd[0]);
		work(fd[1]);
	}
	(void)close(fd[1]);
	worker.fd = fd[0];
	return worker;
}

static void end_worker(const struct worker *worker)
{
	siginfo_t info;

	ck_assert_int_eq(close(worker->fd), 0);
	ck_assert_int_eq(waitid(P_PID, (id_t)worker->pid, &info, WEXITED | WNOWAIT), 0);
	ck_assert_int_eq(mplog_reap(worker->pid, NULL), 0);
	child_exited_well(worker->pid);
}

/* It has answered all that it was asked: what it said has been sent. */
static void kill_worker(const struct worker *worker)
{
	siginfo_t info;

	ck_assert_int_eq(kill(worker->pid, SIGKILL), 0);
	ck_assert_int_eq(waitid(P_PID, (id_t)worker->pid, &info, WEXITED | WNOWAIT), 0);
	ck_assert_int_eq(mplog_reap(worker->pid, NULL), 0);
	child_killed(worker->pid, SIGKILL);
	ck_assert_int_eq(close(worker->fd), 0);
}

/* The new pool begins while the old one is still there. */
static void replace_pool(struct worker pool[WORKERS])
{
	struct worker all[2 * WORKERS];

	memcpy(all, pool, WORKERS * sizeof(*pool));
	for (int i = 0; i < WORKERS; i++)
		all[WORKERS + i] = start_worker(i, all, WORKERS + i);
	for (int i = 0; i < WORKERS; i++)
		end_worker(&pool[i]);
	memcpy(pool, all + WORKERS, WORKERS * sizeof(*pool));
}

/* Every second generation, the first worker is killed at its end, and started anew. */
static void run_generation(struct worker pool[WORKERS], int generation)
{
	for (int i = 0; i < WORKERS; i++)
		port_ask(pool[i].fd, 'w');
	if (generation % 2) {
		kill_worker(&pool[0]);
		pool[0].fd = -1;
		pool[0] = start_worker(0, pool + 1, WORKERS - 1);
	}
}

static void expect_records(void)
{
	const size_t killed = GENERATIONS / 2;

	for (int i = 0; i < WORKERS; i++) {
		const char *name = name_of(i);
		const size_t extra = i == 0 ? killed : 0;

		ck_assert_uint_eq(port_count(identifier, name, "work"), GENERATIONS * RECORDS);
		ck_assert_uint_eq(port_count(identifier, name, "ready"), GENERATIONS + extra);
		ck_assert_uint_eq(port_count(identifier, name, "done"), GENERATIONS);
		/* A level that was set for the name is its successors' too. */
		ck_assert_uint_eq(port_count(identifier, name, "detail"),
				  i == 1 ? GENERATIONS - 1 : 0);
	}
	port_is_complete(identifier);
}

START_TEST(a_pool_whose_workers_are_replaced)
{
	struct worker pool[WORKERS];

	identifier = shell_program("prefork");
	family_open(identifier, configuration);
	for (int i = 0; i < WORKERS; i++)
		pool[i] = start_worker(i, pool, i);
	for (int generation = 0; generation < GENERATIONS; generation++) {
		run_generation(pool, generation);
		if (generation == 0)
			shell_run(0, "mplog level -t %s server-2 debug >&2", identifier);
		if (generation + 1 < GENERATIONS)
			replace_pool(pool);
	}
	for (int i = 0; i < WORKERS; i++)
		end_worker(&pool[i]);
	expect_records();
	mplog_close();
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("prefork");
	TCase *tcase = suite_case(suite, "prefork", port_setup, NULL);

	tcase_add_test(tcase, a_pool_whose_workers_are_replaced);
	return suite_run(suite);
}
