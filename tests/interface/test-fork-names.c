/* SPDX-License-Identifier: MIT */
/* The names of children without a name of their own: from the configuration, or as a daemon their program's. */

#include "lib/family.h"
#include "lib/sanitizer.h"
#include "lib/suite.h"

#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>

enum { RESPAWNS = 100, WORKERS = 4 };

static const char numbered[] =
	"defaults = { prefix = \"\"; };\n"
	"processes = ( { name = \"main\"; child_name = \"worker-%c\"; },\n"
	"  { name = \"worker-*\"; level = \"debug\"; child_name = \"%P.sub-%c\"; } );\n";

/* ---- Names from the configuration ------------------------------------------------------------ */

struct worker {
	pid_t pid;
	int end; /* a byte ends the worker */
	char name[64];
};

/* The program knows nothing of names: it forks, and the child logs. */
static struct worker start_worker(const char *message)
{
	struct line said_it = line_open(), end = line_open();
	struct worker worker = { .pid = fork(), .end = end.write };
	char byte;
	ssize_t n;

	if (worker.pid == 0) {
		const char *name;

		close(end.write);
		mplog_info("%s", message);
		name = mplog_process();
		if (write(said_it.write, name, strlen(name)) < 0)
			_exit(1);
		_exit(read(end.read, &byte, 1) != 1);
	}
	close(said_it.write);
	close(end.read);
	n = read(said_it.read, worker.name, sizeof(worker.name) - 1);
	ck_assert_int_gt(n, 0);
	worker.name[n] = '\0';
	close(said_it.read);
	return worker;
}

static void end_worker(const struct worker *worker)
{
	ck_assert_int_eq(write(worker->end, "x", 1), 1);
	close(worker->end);
	child_exited_well(worker->pid);
}

static void kill_worker(const struct worker *worker)
{
	ck_assert_int_eq(kill(worker->pid, SIGKILL), 0);
	ck_assert_int_eq(WTERMSIG(child_status(worker->pid)), SIGKILL);
	close(worker->end);
}

static void start_workers(struct worker workers[WORKERS])
{
	for (int i = 0; i < WORKERS; i++) {
		char expected[32];

		workers[i] = start_worker("ready");
		snprintf(expected, sizeof(expected), "worker-%d", i + 1);
		ck_assert_str_eq(workers[i].name, expected);
	}
}

/* Every number of them is held, and a worker started anew takes its predecessor's. */
START_TEST(respawned_a_hundred_times)
{
	struct worker workers[WORKERS];
	char match[64];

	family_open("respawn", numbered);
	start_workers(workers);
	for (int i = 0; i < RESPAWNS; i++) {
		struct worker *worker = &workers[i * 7 % WORKERS];
		char name[64];

		memcpy(name, worker->name, sizeof(name));
		if (i % 2)
			kill_worker(worker);
		else
			end_worker(worker);
		*worker = start_worker("ready");
		ck_assert_str_eq(worker->name, name);
	}
	for (int i = 0; i < WORKERS; i++) {
		end_worker(&workers[i]);
		snprintf(match, sizeof(match), "PROCESS=worker-%d", i + 1);
		ck_assert_uint_eq(
			journal_count("SYSLOG_IDENTIFIER=respawn", "MESSAGE=ready", match, NULL),
			1 + RESPAWNS / WORKERS);
	}
	ck_assert_uint_eq(journal_count("SYSLOG_IDENTIFIER=respawn", "MESSAGE=ready", NULL),
			  WORKERS + RESPAWNS);
}
END_TEST

/* A zombie holds no number: its parent may never wait for it. */
START_TEST(zombie_holds_no_number)
{
	struct worker first, second;
	siginfo_t info;

	family_open("zombie", numbered);
	first = start_worker("ready");
	ck_assert_int_eq(write(first.end, "x", 1), 1);
	close(first.end);
	ck_assert_int_eq(waitid(P_PID, (id_t)first.pid, &info, WEXITED | WNOWAIT), 0);
	second = start_worker("ready");
	ck_assert_str_eq(first.name, "worker-1");
	ck_assert_str_eq(second.name, "worker-1");
	child_exited_well(first.pid);
	end_worker(&second);
}
END_TEST

START_TEST(running_count)
{
	family_open("running-count",
		    "processes = ( { name = \"main\"; child_name = \"job-%C\"; } );");
	for (int i = 1; i <= 5; i++) {
		const struct worker worker = start_worker("ready");
		char expected[32];

		snprintf(expected, sizeof(expected), "job-%d", i);
		ck_assert_str_eq(worker.name, expected);
		end_worker(&worker);
	}
}
END_TEST

static void log_with_a_child(void)
{
	/* It has not logged: its children's names come from its own all the same. */
	const pid_t grandchild = fork();

	if (grandchild == 0) {
		mplog_debug("grandchild");
		_exit(0);
	}
	child_exited_well(grandchild);
	mplog_debug("child");
}

START_TEST(grandchildren)
{
	struct journal_entries all;

	family_open("grandchildren", numbered);
	child_run(fork(), log_with_a_child);
	all = family_read("grandchildren");
	ck_assert_said(&all, "child", "worker-1", "main");
	ck_assert_said(&all, "grandchild", "worker-1.sub-1", "worker-1");
	ck_assert_str_eq(said_field(&all, "grandchild", "RUN_ID"),
			 said_field(&all, "child", "RUN_ID"));
	journal_entries_free(&all);
}
END_TEST

/* ---- Daemons --------------------------------------------------------------------------------- */

static pid_t fork_worker(const char *message, bool begins_session)
{
	const pid_t pid = fork();

	if (pid == 0) {
		if (begins_session) {
			(void)setsid();
			child_wait_for_parent();
		}
		mplog_info("%s", message);
		_exit(0);
	}
	return pid;
}

static _Noreturn void run_daemon(void (*daemonise)(const struct line *), const char *identifier,
				 const struct line *ready, const struct line *done)
{
	family_open(identifier, numbered);
	mplog_info("before");
	daemonise(ready);
	mplog_info("daemon");
	line_tell(ready);
	child_exited_well(fork_worker("worker", false));
	child_exited_well(fork_worker("worker with a session", true));
	line_tell(done);
	_exit(0);
}

static void be_daemon(void (*daemonise)(const struct line *), const char *identifier)
{
	const struct line ready = line_open(), done = line_open();
	struct journal_entries all;
	const pid_t pid = fork();

	if (pid == 0)
		run_daemon(daemonise, identifier, &ready, &done);
	child_exited_well(pid);
	line_wait(&done);
	all = family_read(identifier);
	ck_assert_said(&all, "before", "main", "");
	ck_assert_said(&all, "daemon", "main", "");
	ck_assert_said(&all, "worker", "worker-1", "main");
	ck_assert_said(&all, "worker with a session", "worker-1", "main");
	journal_entries_free(&all);
}

static void await_end_of(pid_t parent)
{
	while (getppid() == parent)
		(void)sched_yield();
}

/* Goes on in a child. ThreadSanitizer's end of a process is long, and may look like a parent that stays. */
static void fork_and_leave(void)
{
	const pid_t parent = getpid();

	if (fork() != 0)
		_exit(0);
	if (UNDER_TSAN)
		await_end_of(parent);
}

static void fork_once(const struct line *ready)
{
	const pid_t parent = getpid();

	(void)ready;
	ck_assert_int_eq(daemon(1, 1), 0);
	if (UNDER_TSAN)
		await_end_of(parent);
}

static void fork_twice(const struct line *ready)
{
	(void)ready;
	fork_and_leave();
	ck_assert_int_gt(setsid(), 0);
	fork_and_leave();
}

/* As many daemons do that report to their caller whether they could start. */
static void fork_and_wait(const struct line *ready)
{
	if (fork() != 0) {
		line_wait(ready);
		_exit(0);
	}
	ck_assert_int_gt(setsid(), 0);
}

static void fork_twice_and_wait(const struct line *ready)
{
	fork_and_wait(ready);
	fork_and_leave();
}

/* As long as a parent runs that has forked before, its child may be a worker. */
static void fork_late(const struct line *ready)
{
	const pid_t parent = getpid();

	child_exited_well(fork_worker("helper", false));
	fork_once(ready);
	await_end_of(parent);
}

static const struct {
	void (*daemonise)(const struct line *ready);
	const char *identifier;
} daemons[] = {
	{ fork_once, "daemon-once" },      { fork_twice, "daemon-twice" },
	{ fork_and_wait, "daemon-waits" }, { fork_twice_and_wait, "daemon-twice-waits" },
	{ fork_late, "daemon-late" },
};

START_TEST(daemon_keeps_its_name)
{
	be_daemon(daemons[_i].daemonise, daemons[_i].identifier);
}
END_TEST

/* A worker that begins a session, the first one too, is none: its parent stays. */
START_TEST(workers_with_sessions)
{
	struct journal_entries all;

	family_open("sessions", numbered);
	for (int i = 0; i < 2; i++)
		child_exited_well(fork_worker(i ? "second" : "first", true));
	all = family_read("sessions");
	ck_assert_said(&all, "first", "worker-1", "main");
	ck_assert_said(&all, "second", "worker-1", "main");
	journal_entries_free(&all);
}
END_TEST

/* ---- Pid namespaces -------------------------------------------------------------------------- */

static pid_t fork_apart(void)
{
	return (pid_t)syscall(SYS_clone, CLONE_NEWPID | SIGCHLD, NULL, NULL, NULL, NULL);
}

/* Each of them has pid 1 to itself, and can see neither its siblings nor its parent. */
START_TEST(children_in_namespaces_of_their_own)
{
	enum { CHILDREN = 3 };
	const struct line said_it = line_open(), end = line_open();
	struct journal_entries all;
	pid_t pids[CHILDREN];
	char byte;

	family_open("apart", numbered);
	mplog_info("parent");
	for (int i = 0; i < CHILDREN; i++) {
		pids[i] = fork_apart();
		if (pids[i] == 0) {
			mplog_info("child %d", i + 1);
			if (write(said_it.write, "x", 1) != 1)
				_exit(1);
			_exit(read(end.read, &byte, 1) != 1);
		}
		line_wait(&said_it);
	}
	for (int i = 0; i < CHILDREN; i++)
		line_tell(&end);
	for (int i = 0; i < CHILDREN; i++)
		child_exited_well(pids[i]);
	all = family_read("apart");
	ck_assert_said(&all, "child 1", "worker-1", "main");
	ck_assert_said(&all, "child 2", "worker-2", "main");
	ck_assert_said(&all, "child 3", "worker-3", "main");
	journal_entries_free(&all);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("fork-names");
	TCase *tcase = suite_case(suite, "fork-names", journald_start, NULL);

	tcase_add_test(tcase, respawned_a_hundred_times);
	tcase_add_test(tcase, zombie_holds_no_number);
	tcase_add_test(tcase, running_count);
	tcase_add_test(tcase, grandchildren);
	tcase_add_test(tcase, workers_with_sessions);
	tcase_add_test(tcase, children_in_namespaces_of_their_own);
	tcase_add_loop_test(tcase, daemon_keeps_its_name, 0, sizeof(daemons) / sizeof(daemons[0]));
	return suite_run(suite);
}
