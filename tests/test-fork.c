/* SPDX-License-Identifier: MIT */
/* Who a child is, however it was made. */

#include "family.h"
#include "suite.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>

enum { RESPAWNS = 100, WORKERS = 4 };

static const char quiet[] = "defaults = { prefix = \"\"; };\n";
static const char numbered[] =
	"defaults = { prefix = \"\"; };\n"
	"processes = ( { name = \"main\"; child_name = \"worker-%c\"; },\n"
	"  { name = \"worker-*\"; level = \"debug\"; child_name = \"%P.sub-%c\"; } );\n";

static void assert_self(const struct journal_entries *all, const char *message, pid_t pid)
{
	ck_assert_int_eq(atoi(said_field(all, message, "_PID")), pid);
	ck_assert_int_eq(atoi(said_field(all, message, "TID")), pid);
}

/* ---- Announced ------------------------------------------------------------------------------- */

START_TEST(announced)
{
	struct journal_entries all;
	pid_t pid;

	family_open("announced", quiet);
	mplog_info("parent");
	pid = mplog_fork("worker");
	if (pid == 0) {
		mplog_info("child");
		_exit(strcmp(mplog_process(), "worker"));
	}
	family_exited_well(pid);
	all = family_read("announced");
	ck_assert_said(&all, "parent", "main", "");
	ck_assert_said(&all, "child", "worker", "main");
	ck_assert_str_eq(said_field(&all, "child", "PROCESS_SEQ"), "1");
	ck_assert_str_eq(said_field(&all, "child", "RUN_ID"), said_field(&all, "parent", "RUN_ID"));
	assert_self(&all, "child", pid);
	journal_entries_free(&all);
}
END_TEST

START_TEST(announced_keeps_its_name)
{
	struct journal_entries all;
	pid_t pid;

	family_open("announced-keeps", numbered);
	pid = mplog_fork("own");
	if (pid == 0) {
		mplog_enter("task");
		mplog_info("inside");
		mplog_leave();
		mplog_info("after");
		_exit(0);
	}
	family_exited_well(pid);
	all = family_read("announced-keeps");
	ck_assert_said(&all, "inside", "task", "own");
	ck_assert_said(&all, "after", "own", "main");
	journal_entries_free(&all);
}
END_TEST

/* ---- Not announced --------------------------------------------------------------------------- */

START_TEST(unannounced)
{
	struct journal_entries all;
	pid_t pid;

	family_open("unannounced", quiet);
	pid = fork();
	if (pid == 0) {
		mplog_info("child");
		_exit(0);
	}
	family_exited_well(pid);
	all = family_read("unannounced");
	ck_assert_said(&all, "child", "main", "main");
	ck_assert_str_eq(said_field(&all, "child", "PROCESS_SEQ"), "1");
	assert_self(&all, "child", pid);
	journal_entries_free(&all);
}
END_TEST

START_TEST(first_enter_names_the_process)
{
	struct journal_entries all;
	pid_t pid;

	family_open("first-enter", numbered);
	pid = fork();
	if (pid == 0) {
		mplog_enter("1");
		mplog_info("first");
		mplog_leave();
		mplog_info("after first");
		mplog_enter("2");
		mplog_info("second");
		mplog_leave();
		mplog_info("after second");
		_exit(0);
	}
	family_exited_well(pid);
	all = family_read("first-enter");
	ck_assert_said(&all, "first", "1", "main");
	ck_assert_said(&all, "after first", "1", "main");
	ck_assert_said(&all, "second", "2", "1");
	ck_assert_said(&all, "after second", "1", "main");
	journal_entries_free(&all);
}
END_TEST

START_TEST(first_enter_after_a_record)
{
	struct journal_entries all;
	pid_t pid;

	family_open("enter-late", quiet);
	pid = fork();
	if (pid == 0) {
		mplog_info("before");
		mplog_enter("late");
		mplog_info("first");
		mplog_leave();
		mplog_info("after");
		_exit(0);
	}
	family_exited_well(pid);
	all = family_read("enter-late");
	ck_assert_said(&all, "before", "main", "main");
	ck_assert_said(&all, "first", "late", "main");
	ck_assert_said(&all, "after", "late", "main");
	journal_entries_free(&all);
}
END_TEST

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
	family_exited_well(worker->pid);
}

static void kill_worker(const struct worker *worker)
{
	ck_assert_int_eq(kill(worker->pid, SIGKILL), 0);
	ck_assert_int_eq(WTERMSIG(family_status(worker->pid)), SIGKILL);
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
	family_exited_well(first.pid);
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

START_TEST(grandchildren)
{
	struct journal_entries all;
	pid_t pid;

	family_open("grandchildren", numbered);
	pid = fork();
	if (pid == 0) {
		/* It has not logged: its children's names come from its own all the same. */
		const pid_t grandchild = fork();

		if (grandchild == 0) {
			mplog_debug("grandchild");
			_exit(0);
		}
		family_exited_well(grandchild);
		mplog_debug("child");
		_exit(0);
	}
	family_exited_well(pid);
	all = family_read("grandchildren");
	ck_assert_said(&all, "child", "worker-1", "main");
	ck_assert_said(&all, "grandchild", "worker-1.sub-1", "worker-1");
	ck_assert_str_eq(said_field(&all, "grandchild", "RUN_ID"),
			 said_field(&all, "child", "RUN_ID"));
	journal_entries_free(&all);
}
END_TEST

/* ---- Daemons --------------------------------------------------------------------------------- */

static void be_daemon(void (*daemonise)(void), const char *identifier)
{
	const struct line done = line_open();
	struct journal_entries all;
	const pid_t pid = fork();
	pid_t worker;

	if (pid == 0) {
		family_open(identifier, numbered);
		mplog_info("before");
		daemonise();
		mplog_info("daemon");
		worker = fork();
		if (worker == 0) {
			mplog_info("worker");
			_exit(0);
		}
		family_exited_well(worker);
		line_tell(&done);
		_exit(0);
	}
	family_exited_well(pid);
	line_wait(&done);
	all = family_read(identifier);
	ck_assert_said(&all, "before", "main", "");
	ck_assert_said(&all, "daemon", "main", "");
	ck_assert_said(&all, "worker", "worker-1", "main");
	journal_entries_free(&all);
}

static void fork_once(void)
{
	ck_assert_int_eq(daemon(1, 1), 0);
}

static void fork_twice(void)
{
	if (fork() != 0)
		_exit(0);
	ck_assert_int_gt(setsid(), 0);
	if (fork() != 0)
		_exit(0);
}

START_TEST(daemon_keeps_its_name)
{
	be_daemon(fork_once, "daemon-once");
}
END_TEST

START_TEST(double_forked_daemon_keeps_its_name)
{
	be_daemon(fork_twice, "daemon-twice");
}
END_TEST

/* ---- Inside of a scope ----------------------------------------------------------------------- */

START_TEST(inside_a_scope)
{
	struct journal_entries all;
	pid_t pid;

	family_open("in-scope", quiet);
	mplog_enter("job");
	mplog_set_field("JOB", "7");
	mplog_set_level(MPLOG_DEBUG);
	pid = fork();
	if (pid == 0) {
		mplog_debug("child");
		mplog_leave(); /* what was there when it was forked is not left */
		mplog_leave();
		mplog_debug("still");
		mplog_enter("own");
		mplog_leave();
		_exit(strcmp(mplog_process(), "own"));
	}
	family_exited_well(pid);
	mplog_leave();
	mplog_info("parent");
	mplog_debug("hidden");
	all = family_read("in-scope");
	ck_assert_uint_eq(all.n, 3);
	ck_assert_said(&all, "child", "job", "job");
	ck_assert_said(&all, "still", "job", "job");
	ck_assert_said(&all, "parent", "main", "");
	ck_assert_str_eq(said_field(&all, "child", "JOB"), "7");
	ck_assert_str_eq(said_field(&all, "parent", "JOB"), "");
	journal_entries_free(&all);
}
END_TEST

static void *fork_in_scope(void *unused)
{
	pid_t pid;

	mplog_enter("thread-job");
	pid = fork();
	if (pid == 0) {
		mplog_info("child of thread");
		_exit(0);
	}
	family_exited_well(pid);
	mplog_leave();
	mplog_info("thread");
	return unused;
}

START_TEST(inside_a_threads_scope)
{
	struct journal_entries all;
	pthread_t thread;

	family_open("in-thread", quiet);
	mplog_enter("main-job");
	ck_assert_int_eq(pthread_create(&thread, NULL, fork_in_scope, NULL), 0);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	mplog_info("main");
	all = family_read("in-thread");
	ck_assert_said(&all, "child of thread", "thread-job", "thread-job");
	ck_assert_said(&all, "thread", "main", "");
	ck_assert_said(&all, "main", "main-job", "main");
	journal_entries_free(&all);
}
END_TEST

/* ---- Made otherwise -------------------------------------------------------------------------- */

static pid_t clone_child(void)
{
	return (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
}

static void make_raw(const char *identifier, pid_t (*make)(void))
{
	struct journal_entries all;
	pid_t pid;

	family_open(identifier, numbered);
	mplog_info("parent");
	mplog_enter("job");
	pid = make();
	if (pid == 0) {
		mplog_info("child");
		mplog_enter("named");
		mplog_info("scope");
		mplog_leave();
		_exit(0);
	}
	family_exited_well(pid);
	mplog_leave();
	pid = make();
	if (pid == 0) {
		mplog_info("numbered child");
		_exit(0);
	}
	family_exited_well(pid);
	mplog_info("parent again");
	all = family_read(identifier);
	ck_assert_said(&all, "parent again", "main", "");
	ck_assert_str_eq(said_field(&all, "parent again", "PROCESS_SEQ"), "2");
	ck_assert_said(&all, "child", "job", "job");
	ck_assert_said(&all, "numbered child", "worker-1", "main");
	ck_assert_str_eq(said_field(&all, "child", "PROCESS_SEQ"), "1");
	assert_self(&all, "numbered child", pid);
	journal_entries_free(&all);
}

START_TEST(made_by_underscore_fork)
{
	make_raw("underscore-fork", _Fork);
}
END_TEST

START_TEST(made_by_clone)
{
	make_raw("clone", clone_child);
}
END_TEST

/* In it there is the parent's memory, and it is another process all the same. */
static void write_in_vfork(const char *message)
{
	const pid_t pid = vfork();

	if (pid == 0) {
		(void)mplog_write(MPLOG_INFO, message, strlen(message));
		_exit(0);
	}
	family_exited_well(pid);
}

START_TEST(vforked)
{
	struct journal_entries all;

	family_open("vfork", quiet);
	mplog_info("one");
	write_in_vfork("child");
	mplog_info("two");
	all = family_read("vfork");
	ck_assert_str_eq(said_field(&all, "child", "PROCESS"), "main");
	ck_assert_int_ne(atoi(said_field(&all, "child", "_PID")), getpid());
	ck_assert_str_eq(said_field(&all, "child", "TID"), said_field(&all, "child", "_PID"));
	ck_assert_str_eq(said_field(&all, "child", "PROCESS_SEQ"), UNDER_TSAN ? "1" : "");
	ck_assert_str_eq(said_field(&all, "two", "PROCESS_SEQ"), "2");
	assert_self(&all, "two", getpid());
	journal_entries_free(&all);
}
END_TEST

/* The first word of a process is its vforked child's: the process is not mistaken for it. */
START_TEST(vforked_before_the_first_record)
{
	struct mplog_stats stats = { .size = sizeof(stats) };
	struct journal_entries all;
	pid_t pid;

	family_open("vfork-first", numbered);
	pid = fork();
	if (pid == 0) {
		write_in_vfork("child");
		mplog_info("parent");
		mplog_write(MPLOG_INFO, "parent writes", 13);
		ck_assert_int_eq(mplog_get_stats(&stats), 0);
		ck_assert_int_eq(stats.pid, getpid());
		ck_assert_uint_eq(stats.called, 2);
		_exit(0);
	}
	family_exited_well(pid);
	all = family_read("vfork-first");
	assert_self(&all, "parent", pid);
	ck_assert_str_eq(said_field(&all, "parent", "PROCESS_SEQ"), "1");
	ck_assert_str_eq(said_field(&all, "parent writes", "PROCESS_SEQ"), "2");
	ck_assert_said(&all, "parent", "worker-1", "main");
	ck_assert_int_ne(atoi(said_field(&all, "child", "_PID")), pid);
	journal_entries_free(&all);
}
END_TEST

static const char spawned_argument[] = "--spawned";

static int be_spawned(void)
{
	if (mplog_open("spawn", NULL, 0) < 0)
		return 1;
	mplog_info("spawned");
	return 0;
}

START_TEST(spawned)
{
	char path[] = "/proc/self/exe", argument[sizeof(spawned_argument)];
	char *const argv[] = { path, memcpy(argument, spawned_argument, sizeof(argument)), NULL };
	struct journal_entries all;
	pid_t pid;

	family_open("spawn", quiet);
	mplog_info("parent");
	ck_assert_int_eq(mplog_export("spawned worker"), 0);
	ck_assert_int_eq(setenv("MPLOG_CONF", family_path("spawn"), 1), 0);
	ck_assert_int_eq(posix_spawn(&pid, path, NULL, NULL, argv, environ), 0);
	family_exited_well(pid);
	mplog_info("parent again");
	all = family_read("spawn");
	ck_assert_str_eq(said_field(&all, "spawned", "PROCESS"), "spawned_worker");
	ck_assert_str_eq(said_field(&all, "spawned", "RUN_ID"),
			 said_field(&all, "parent", "RUN_ID"));
	ck_assert_str_eq(said_field(&all, "parent again", "PROCESS_SEQ"), "2");
	journal_entries_free(&all);
}
END_TEST

/* ---- Before and after mplog_open() ----------------------------------------------------------- */

START_TEST(forked_before_open)
{
	struct journal_entries all;
	const pid_t pid = fork();

	if (pid == 0) {
		family_open("before-open", quiet);
		mplog_info("child");
		mplog_enter("task");
		mplog_info("task");
		mplog_leave();
		_exit(strcmp(mplog_process(), "main"));
	}
	family_exited_well(pid);
	family_open("before-open", quiet);
	mplog_info("parent");
	all = family_read("before-open");
	ck_assert_said(&all, "child", "main", "");
	ck_assert_said(&all, "task", "task", "main");
	ck_assert_str_eq(said_field(&all, "child", "RUN_ID"), said_field(&all, "parent", "RUN_ID"));
	journal_entries_free(&all);
}
END_TEST

/* The program logged before: the child that opens is whom it says, and its scopes are scopes. */
START_TEST(opened_in_a_child)
{
	struct journal_entries all;
	pid_t pid;

	mplog_info("parent");
	pid = fork();
	if (pid == 0) {
		mplog_info("child");
		family_open("child-open", quiet);
		mplog_enter("task");
		mplog_info("task");
		mplog_leave();
		mplog_info("after");
		_exit(0);
	}
	family_exited_well(pid);
	all = family_read("child-open");
	ck_assert_str_eq(said_field(&all, "task", "PROCESS"), "task");
	ck_assert_str_eq(said_field(&all, "after", "PROCESS"), "main");
	journal_entries_free(&all);
}
END_TEST

START_TEST(opened_already)
{
	struct journal_entries all;
	pid_t pid;

	family_open("already", numbered);
	pid = fork();
	if (pid == 0) {
		ck_assert_int_eq(mplog_open("other", "other", 0), -EALREADY);
		mplog_info("child");
		_exit(0);
	}
	family_exited_well(pid);
	all = family_read("already");
	ck_assert_said(&all, "child", "worker-1", "main");
	journal_entries_free(&all);
}
END_TEST

/* ---- The parent's other threads -------------------------------------------------------------- */

static struct line to_thread, from_thread, to_child, from_child;

static void *speak_in_parent(void *unused)
{
	mplog_enter("first");
	mplog_leave();
	line_tell(&from_thread);
	line_wait(&to_thread);
	mplog_enter("second");
	line_tell(&from_thread);
	line_wait(&to_thread);
	mplog_info("thread of parent");
	mplog_leave();
	return unused;
}

static void *be_quiet_in_child(void *unused)
{
	mplog_enter("quiet");
	mplog_set_level(MPLOG_NONE);
	line_tell(&from_child);
	line_wait(&to_child);
	mplog_leave();
	return unused;
}

static pid_t fork_a_quiet_thread(void)
{
	const pid_t pid = fork();
	pthread_t thread;

	if (pid == 0) {
		line_wait(&to_child);
		ck_assert_int_eq(pthread_create(&thread, NULL, be_quiet_in_child, NULL), 0);
		ck_assert_int_eq(pthread_join(thread, NULL), 0);
		_exit(0);
	}
	return pid;
}

/* What a thread of the parent keeps for its next scope is nothing for the child's threads. */
START_TEST(threads_of_parent_and_child)
{
	struct journal_entries all;
	pthread_t thread;
	pid_t pid;

	family_open("both-threads", quiet);
	to_thread = line_open(), from_thread = line_open();
	to_child = line_open(), from_child = line_open();
	ck_assert_int_eq(pthread_create(&thread, NULL, speak_in_parent, NULL), 0);
	line_wait(&from_thread);
	pid = fork_a_quiet_thread();
	line_tell(&to_thread);
	line_wait(&from_thread); /* in its second scope */
	line_tell(&to_child);
	line_wait(&from_child); /* in its quiet one */
	line_tell(&to_thread);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	line_tell(&to_child);
	family_exited_well(pid);
	all = family_read("both-threads");
	ck_assert_said(&all, "thread of parent", "second", "main");
	journal_entries_free(&all);
}
END_TEST

int main(int argc, char *argv[])
{
	const TTest *const tests[] = {
		announced,
		announced_keeps_its_name,
		unannounced,
		first_enter_names_the_process,
		first_enter_after_a_record,
		respawned_a_hundred_times,
		zombie_holds_no_number,
		running_count,
		grandchildren,
		daemon_keeps_its_name,
		double_forked_daemon_keeps_its_name,
		inside_a_scope,
		inside_a_threads_scope,
		made_by_underscore_fork,
		made_by_clone,
		vforked,
		vforked_before_the_first_record,
		spawned,
		forked_before_open,
		opened_in_a_child,
		opened_already,
		threads_of_parent_and_child,
	};
	TCase *tcase;
	Suite *suite;

	if (argc > 1 && strcmp(argv[1], spawned_argument) == 0)
		return be_spawned();
	tcase = tcase_create("fork");
	suite = suite_create("fork");
	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, journald_start, NULL);
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
		if (!UNDER_TSAN || tests[i] != threads_of_parent_and_child)
			tcase_add_test(tcase, tests[i]);
	}
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
