/* SPDX-License-Identifier: MIT */
/* Forks at awkward moments: by threads that never logged, during another fork, while cancelled. */

#include "lib/family.h"
#include "lib/hang.h"
#include "lib/suite.h"

#include <dlfcn.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>

static const char quiet[] = "defaults = { prefix = \"\"; timeout_ms = 60000; };\n";
static const char loud[] = "defaults = { prefix = \"\"; level = \"debug\"; };\n";

/* ---- Threads that never logged --------------------------------------------------------------- */

static void *vfork_in_silence(void *unused)
{
	const pid_t pid = vfork();

	if (pid == 0) {
		(void)mplog_write(MPLOG_INFO, "child", 5);
		_exit(0);
	}
	child_exited_well(pid);
	return unused;
}

/* To the child of a vfork(2) the threads of its parent are those of another process. */
START_TEST(vfork_of_a_silent_thread)
{
	struct journal_entries all;
	pthread_t thread;

	family_open("silent-vfork", quiet);
	mplog_enter("job");
	thread = thread_start(vfork_in_silence, NULL);
	thread_join(thread);
	mplog_info("still at it");
	mplog_leave();
	all = family_read("silent-vfork");
	ck_assert_said(&all, "child", "main", UNDER_TSAN ? "main" : "");
	ck_assert_said(&all, "still at it", "job", "main");
	journal_entries_free(&all);
}
END_TEST

enum { STRANGERS = 1500, OTHERS = 100 };

static void fill_descriptors(int stranger)
{
	int fds[STRANGERS];
	int n = 0;

	while (n < STRANGERS && (fds[n] = dup(stranger)) >= 0)
		n++;
	mplog_info("parent");
	while (n > 0)
		close(fds[--n]);
}

static _Noreturn void vfork_first(void)
{
	int pair[2];
	char byte;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) < 0)
		_exit(2);
	pid = vfork();
	if (pid == 0) {
		(void)mplog_write(MPLOG_INFO, "child", 5);
		_exit(0);
	}
	fill_descriptors(pair[1]);
	_exit(recv(pair[0], &byte, 1, MSG_DONTWAIT) >= 0);
}

/* There is to be room for the strangers and for what the library opens, also where a process may have
 * no more than 1,024 descriptors at first. */
static void allow_strangers(void)
{
	struct rlimit limit;

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	if (limit.rlim_cur < STRANGERS + OTHERS)
		limit.rlim_cur = STRANGERS + OTHERS;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

/* The socket that the child connected has a number that another file may get in the parent. */
START_TEST(vfork_leaves_no_descriptor)
{
	enum { ROUNDS = 20 };

	allow_strangers();
	family_open("vfork-descriptor", quiet);
	mplog_info("first");
	for (int i = 0; i < ROUNDS; i++) {
		const pid_t pid = fork();

		if (pid == 0)
			vfork_first();
		child_exited_well(pid);
	}
	ck_assert_uint_eq(
		journal_count("SYSLOG_IDENTIFIER=vfork-descriptor", "MESSAGE=parent", NULL),
		ROUNDS);
}
END_TEST

enum { FORKERS = 4, FORKS_EACH = 50, TRIES = 2000 };

struct forker {
	const struct line *go;
	pid_t pids[FORKS_EACH];
};

/* Without an assertion, whose lock another thread may have held. */
static _Noreturn void await_debug(const struct line *go)
{
	char byte;

	if (read(go->read, &byte, 1) != 1)
		_exit(2);
	for (int i = 0; i < TRIES && mplog_level() != MPLOG_DEBUG; i++)
		pause_ms(1);
	_exit(mplog_level() != MPLOG_DEBUG);
}

static void *fork_in_silence(void *arg)
{
	struct forker *forker = arg;

	for (int i = 0; i < FORKS_EACH; i++) {
		forker->pids[i] = fork();
		if (forker->pids[i] == 0)
			await_debug(forker->go);
	}
	return NULL;
}

/* Two of them that fork at once are not mistaken for one. */
START_TEST(children_of_silent_threads_see_edits)
{
	struct line go;
	struct forker forkers[FORKERS];
	pthread_t threads[FORKERS];

	family_open("silent-fork", quiet);
	go = line_open();
	for (int i = 0; i < FORKERS; i++) {
		forkers[i].go = &go;
		threads[i] = thread_start(fork_in_silence, &forkers[i]);
	}
	for (int i = 0; i < FORKERS; i++)
		thread_join(threads[i]);
	file_write(family_path("silent-fork"), loud);
	ck_assert_int_eq(mplog_reload(), 0);
	for (int i = 0; i < FORKERS * FORKS_EACH; i++)
		line_tell(&go);
	for (int i = 0; i < FORKERS * FORKS_EACH; i++)
		child_exited_well(forkers[i / FORKS_EACH].pids[i % FORKS_EACH]);
}
END_TEST

static atomic_bool is_over;

static void *reload_on(void *unused)
{
	while (!atomic_load(&is_over))
		mplog_reload();
	return unused;
}

static pid_t clone_child(void)
{
	return (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
}

static void *clone_in_silence(void *unused)
{
	enum { CLONES = 300 };

	for (int i = 0; i < CLONES; i++) {
		const pid_t pid = clone_child();

		if (pid == 0) {
			alarm(HANG_SECONDS);
			_exit(mplog_info("child") != 0);
		}
		child_exited_well(pid);
	}
	return unused;
}

/* What a thread of the parent held is never given back in the child. */
START_TEST(clones_of_a_silent_thread_log)
{
	pthread_t silent, reloader;

	family_open("silent-clone", quiet);
	reloader = thread_start(reload_on, NULL);
	silent = thread_start(clone_in_silence, NULL);
	thread_join(silent);
	atomic_store(&is_over, true);
	thread_join(reloader);
}
END_TEST

/* ---- A fork during a fork -------------------------------------------------------------------- */

enum { DURING = 300 };

static volatile sig_atomic_t handled;

static void fork_again(int signal)
{
	const int saved_errno = errno;
	const pid_t pid = fork();

	(void)signal;
	if (pid == 0)
		_exit(0);
	if (waitpid(pid, &(int){ 0 }, 0) != pid)
		_exit(1);
	errno = saved_errno;
	handled++;
}

static void set_timer(suseconds_t after_us)
{
	const struct itimerval timer = { .it_value = { .tv_usec = after_us } };

	ck_assert_int_eq(setitimer(ITIMER_REAL, &timer, NULL), 0);
}

/* The outer fork has what it needs afterwards: who waits for it would wait for ever. */
START_TEST(fork_in_a_handler_amid_a_fork)
{
	const struct sigaction action = { .sa_handler = fork_again, .sa_flags = SA_RESTART };

	family_open("during", quiet);
	mplog_info("parent");
	ck_assert_int_eq(sigaction(SIGALRM, &action, NULL), 0);
	for (int i = 0; i < DURING; i++) {
		pid_t pid;

		set_timer(10 + i % 30 * 10);
		pid = fork();
		if (pid == 0)
			_exit(0);
		child_exited_well(pid);
		ck_assert_int_eq(mplog_set_level(i % 2 ? MPLOG_INFO : MPLOG_DEBUG), 0);
	}
	set_timer(0);
	ck_assert_int_gt(handled, 0);
}
END_TEST

/* ---- A signal in a child that has just begun -------------------------------------------------- */

enum { BEGINNINGS = 500 };

static pid_t forking;

static void write_as_child(int signal)
{
	const int saved_errno = errno;

	(void)signal;
	if (getpid() != forking && mplog_write(MPLOG_INFO, "handler", 7) < 0)
		_exit(1);
	errno = saved_errno;
}

/* Signals go to every process of the group, to a child from its first moment on. */
static pid_t signal_group(void)
{
	const pid_t pid = fork();

	if (pid != 0)
		return pid;
	(void)signal(SIGUSR1, SIG_IGN);
	while (getppid() == forking && kill(0, SIGUSR1) == 0)
		pause_us(20);
	_exit(0);
}

static void fork_under_signals(void)
{
	const struct sigaction action = { .sa_handler = write_as_child, .sa_flags = SA_RESTART };
	pid_t signaller;

	forking = getpid();
	ck_assert_int_eq(setpgid(0, 0), 0);
	ck_assert_int_eq(sigaction(SIGUSR1, &action, NULL), 0);
	mplog_enter("job");
	signaller = signal_group();
	for (int i = 0; i < BEGINNINGS; i++) {
		const pid_t pid = mplog_fork("worker");

		if (pid == 0)
			_exit(mplog_info("child") != 0);
		child_exited_well(pid);
	}
	(void)kill(signaller, SIGKILL);
	(void)child_status(signaller);
}

static volatile sig_atomic_t awaited;

/* In the fork handler of a child the library asks for the thread's number. */
__attribute__((visibility("default"))) long syscall(long number, ...)
{
	static long (*real)(long number, ...);
	long argument[5];
	va_list ap;

	va_start(ap, number);
	for (int i = 0; i < 5; i++)
		argument[i] = va_arg(ap, long);
	va_end(ap);
	if (awaited && number == SYS_gettid && getpid() != forking) {
		awaited = 0;
		(void)raise(SIGUSR1);
	}
	if (!real)
		real = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
	return real(number, argument[0], argument[1], argument[2], argument[3], argument[4]);
}

START_TEST(handler_amid_a_childs_fork_handler)
{
	const struct sigaction action = { .sa_handler = write_as_child, .sa_flags = SA_RESTART };
	struct journal_entries all;
	pid_t pid;

	family_open("during-begin", quiet);
	mplog_enter("job");
	forking = getpid();
	ck_assert_int_eq(sigaction(SIGUSR1, &action, NULL), 0);
	awaited = 1;
	pid = mplog_fork("worker");
	if (pid == 0)
		_exit(awaited || mplog_info("child") != 0);
	child_exited_well(pid);
	all = family_read("during-begin");
	ck_assert_str_eq(said_field(&all, "handler", "PROCESS_PARENT"), "job");
	ck_assert_said(&all, "child", "worker", "job");
	journal_entries_free(&all);
}
END_TEST

/* Whatever the fork handlers have done by then. */
START_TEST(handler_in_a_child_that_begins)
{
	pid_t pid;

	family_open("begins", quiet);
	mplog_info("parent");
	pid = fork();
	if (pid == 0) {
		fork_under_signals();
		_exit(0);
	}
	child_exited_well(pid);
	ck_assert_uint_eq(journal_count("SYSLOG_IDENTIFIER=begins", "MESSAGE=child",
					"PROCESS=worker", "PROCESS_PARENT=job", NULL),
			  BEGINNINGS);
}
END_TEST

/* ---- Cancelled ------------------------------------------------------------------------------- */

enum { CANCELLED_FORKS = 200 };

static pid_t cancelled_pids[CANCELLED_FORKS];

static void *fork_when_cancelled(void *unused)
{
	(void)pthread_cancel(pthread_self()); /* an assertion is a cancellation point itself */
	for (int i = 0; i < CANCELLED_FORKS; i++) {
		cancelled_pids[i] = fork();
		if (cancelled_pids[i] == 0)
			_exit(0);
	}
	pthread_testcancel();
	return unused;
}

/* fork(2) is no cancellation point, and remains none. */
START_TEST(fork_of_a_cancelled_thread)
{
	pthread_t forker, reloader;
	void *result;

	family_open("cancelled", quiet);
	reloader = thread_start(reload_on, NULL);
	forker = thread_start(fork_when_cancelled, NULL);
	result = thread_join(forker);
	atomic_store(&is_over, true);
	thread_join(reloader);
	ck_assert_ptr_eq(result, PTHREAD_CANCELED);
	for (int i = 0; i < CANCELLED_FORKS; i++)
		child_exited_well(cancelled_pids[i]);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("fork-corners");
	TCase *tcase = suite_case(suite, "fork-corners", journald_start, NULL);

	tcase_add_test(tcase, vfork_of_a_silent_thread);
	tcase_add_test(tcase, vfork_leaves_no_descriptor);
	tcase_add_test(tcase, children_of_silent_threads_see_edits);
	tcase_add_test(tcase, fork_in_a_handler_amid_a_fork);
	tcase_add_test(tcase, handler_amid_a_childs_fork_handler);
	tcase_add_test(tcase, handler_in_a_child_that_begins);
	tcase_add_test(tcase, fork_of_a_cancelled_thread);
	if (!UNDER_TSAN)
		tcase_add_test(tcase, clones_of_a_silent_thread_log);
	return suite_run(suite);
}
