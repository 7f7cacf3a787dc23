/* SPDX-License-Identifier: MIT */
/* The process name of a child, however it was made. */

#include "lib/family.h"
#include "lib/suite.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>

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
	child_exited_well(pid);
	all = family_read("announced");
	ck_assert_said(&all, "parent", "main", "");
	ck_assert_said(&all, "child", "worker", "main");
	ck_assert_str_eq(said_field(&all, "child", "PROCESS_SEQ"), "1");
	ck_assert_str_eq(said_field(&all, "child", "RUN_ID"), said_field(&all, "parent", "RUN_ID"));
	assert_self(&all, "child", pid);
	journal_entries_free(&all);
}
END_TEST

static void log_in_a_task(void)
{
	mplog_enter("task");
	mplog_info("inside");
	mplog_leave();
	mplog_info("after");
}

START_TEST(announced_keeps_its_name)
{
	struct journal_entries all;

	family_open("announced-keeps", numbered);
	child_run(mplog_fork("own"), log_in_a_task);
	all = family_read("announced-keeps");
	ck_assert_said(&all, "inside", "task", "own");
	ck_assert_said(&all, "after", "own", "main");
	journal_entries_free(&all);
}
END_TEST

/* ---- Not announced --------------------------------------------------------------------------- */

static void log_once(void)
{
	mplog_info("child");
}

START_TEST(unannounced)
{
	struct journal_entries all;
	pid_t pid;

	family_open("unannounced", quiet);
	pid = child_run(fork(), log_once);
	all = family_read("unannounced");
	ck_assert_said(&all, "child", "main", "main");
	ck_assert_str_eq(said_field(&all, "child", "PROCESS_SEQ"), "1");
	assert_self(&all, "child", pid);
	journal_entries_free(&all);
}
END_TEST

static void enter_twice(void)
{
	mplog_enter("1");
	mplog_info("first");
	mplog_leave();
	mplog_info("after first");
	mplog_enter("2");
	mplog_info("second");
	mplog_leave();
	mplog_info("after second");
}

START_TEST(first_enter_names_the_process)
{
	struct journal_entries all;

	family_open("first-enter", numbered);
	child_run(fork(), enter_twice);
	all = family_read("first-enter");
	ck_assert_said(&all, "first", "1", "main");
	ck_assert_said(&all, "after first", "1", "main");
	ck_assert_said(&all, "second", "2", "1");
	ck_assert_said(&all, "after second", "1", "main");
	journal_entries_free(&all);
}
END_TEST

static void enter_late(void)
{
	mplog_info("before");
	mplog_enter("late");
	mplog_info("first");
	mplog_leave();
	mplog_info("after");
}

START_TEST(first_enter_after_a_record)
{
	struct journal_entries all;

	family_open("enter-late", quiet);
	child_run(fork(), enter_late);
	all = family_read("enter-late");
	ck_assert_said(&all, "before", "main", "main");
	ck_assert_said(&all, "first", "late", "main");
	ck_assert_said(&all, "after", "late", "main");
	journal_entries_free(&all);
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
		mplog_leave(); /* scopes inherited by fork(2) are not left */
		mplog_leave();
		mplog_debug("still");
		mplog_enter("own");
		mplog_leave();
		_exit(strcmp(mplog_process(), "own"));
	}
	child_exited_well(pid);
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
	child_exited_well(pid);
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
	thread = thread_start(fork_in_scope, NULL);
	thread_join(thread);
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
	child_exited_well(pid);
	mplog_leave();
	pid = make();
	if (pid == 0) {
		mplog_info("numbered child");
		_exit(0);
	}
	child_exited_well(pid);
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

static _Noreturn void log_as(const char *name)
{
	(void)mplog_enter(name);
	mplog_leave();
	_exit(mplog_info("%s", name) != 0);
}

/* Nor does it take for its own a name that its parent has been given and not used yet. */
START_TEST(made_without_handlers_and_named_by_enter)
{
	struct journal_entries all;
	pid_t pid;

	family_open("raw-enter", quiet);
	mplog_info("parent");
	pid = clone_child();
	if (pid == 0)
		log_as("child");
	child_exited_well(pid);
	pid = mplog_fork("silent");
	if (pid == 0) {
		pid = clone_child();
		if (pid == 0)
			log_as("grandchild");
		child_exited_well(pid);
		_exit(0);
	}
	child_exited_well(pid);
	all = family_read("raw-enter");
	ck_assert_said(&all, "child", "child", "main");
	ck_assert_said(&all, "grandchild", "grandchild", "main");
	journal_entries_free(&all);
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
	child_exited_well(pid);
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

static void log_after_a_vforked_child(void)
{
	struct mplog_stats stats = { .size = sizeof(stats) };

	write_in_vfork("child");
	mplog_info("parent");
	mplog_write(MPLOG_INFO, "parent writes", 13);
	ck_assert_int_eq(mplog_get_stats(&stats), 0);
	ck_assert_int_eq(stats.pid, getpid());
	ck_assert_uint_eq(stats.called, 2);
}

/* The first record of a process is its vforked child's: the process is not mistaken for the child. */
START_TEST(vforked_before_the_first_record)
{
	struct journal_entries all;
	pid_t pid;

	family_open("vfork-first", numbered);
	pid = child_run(fork(), log_after_a_vforked_child);
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
	child_exited_well(pid);
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
	child_exited_well(pid);
	family_open("before-open", quiet);
	mplog_info("parent");
	all = family_read("before-open");
	ck_assert_said(&all, "child", "main", "");
	ck_assert_said(&all, "task", "task", "main");
	ck_assert_str_eq(said_field(&all, "child", "RUN_ID"), said_field(&all, "parent", "RUN_ID"));
	journal_entries_free(&all);
}
END_TEST

static void open_and_log(void)
{
	mplog_info("child");
	family_open("child-open", quiet);
	mplog_enter("task");
	mplog_info("task");
	mplog_leave();
	mplog_info("after");
}

/* The program logged before: the child that opens has the name that it gives, and its scopes are scopes. */
START_TEST(opened_in_a_child)
{
	struct journal_entries all;

	mplog_info("parent");
	child_run(fork(), open_and_log);
	all = family_read("child-open");
	ck_assert_str_eq(said_field(&all, "task", "PROCESS"), "task");
	ck_assert_str_eq(said_field(&all, "after", "PROCESS"), "main");
	journal_entries_free(&all);
}
END_TEST

static void open_again(void)
{
	ck_assert_int_eq(mplog_open("other", "other", 0), -EALREADY);
	mplog_info("child");
}

START_TEST(opened_already)
{
	struct journal_entries all;

	family_open("already", numbered);
	child_run(fork(), open_again);
	all = family_read("already");
	ck_assert_said(&all, "child", "worker-1", "main");
	journal_entries_free(&all);
}
END_TEST

int main(int argc, char *argv[])
{
	TCase *tcase;
	Suite *suite;

	if (argc > 1 && strcmp(argv[1], spawned_argument) == 0)
		return be_spawned();
	suite = suite_create("fork");
	tcase = suite_case(suite, "fork", journald_start, NULL);
	tcase_add_test(tcase, announced);
	tcase_add_test(tcase, announced_keeps_its_name);
	tcase_add_test(tcase, unannounced);
	tcase_add_test(tcase, first_enter_names_the_process);
	tcase_add_test(tcase, first_enter_after_a_record);
	tcase_add_test(tcase, inside_a_scope);
	tcase_add_test(tcase, inside_a_threads_scope);
	tcase_add_test(tcase, made_by_underscore_fork);
	tcase_add_test(tcase, made_by_clone);
	tcase_add_test(tcase, made_without_handlers_and_named_by_enter);
	tcase_add_test(tcase, vforked);
	tcase_add_test(tcase, vforked_before_the_first_record);
	tcase_add_test(tcase, spawned);
	tcase_add_test(tcase, forked_before_open);
	tcase_add_test(tcase, opened_in_a_child);
	tcase_add_test(tcase, opened_already);
	return suite_run(suite);
}
