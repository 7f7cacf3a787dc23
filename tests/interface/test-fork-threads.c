/* SPDX-License-Identifier: MIT */
/* Any thread may fork at any moment, whatever the others are doing: the child's first record always
 * comes out. MPLOG_TEST_FORKS: how many forks (2,000). */

#include "lib/family.h"
#include "lib/hang.h"
#include "lib/suite.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

enum {
	FORKS = 2000,
	LOGGERS = 8,
	IN_FLIGHT = 4,
	PACE_US = 500, /* so that journald keeps up with all of them */
};

/* No record is to be diverted, however busy the machine is. */
static const char configuration[] =
	"defaults = { prefix = \"\"; timeout_ms = 60000; };\n"
	"processes = ( { name = \"noise-*\"; level = \"debug\"; fields = { KIND = \"noise\"; }; } );\n";

static atomic_bool is_over;

static void do_everything(unsigned i)
{
	char name[32];

	snprintf(name, sizeof(name), "noise-%u", i % 32);
	mplog_debug("hidden");
	mplog_enter(name);
	mplog_set_field("ROUND", i % 2 ? "odd" : "even");
	mplog_debug("noise %u", i);
	if (i % 8 == 0 && !UNDER_ASAN)
		mplog_reload();
	if (i % 16 == 0)
		mplog_set_level(MPLOG_INFO);
	mplog_leave();
	mplog_set_field("PROCESS_WIDE", i % 2 ? "odd" : NULL);
}

static void *log_on(void *unused)
{
	for (unsigned i = 0; !atomic_load(&is_over); i++) {
		do_everything(i);
		pause_us(PACE_US);
	}
	return unused;
}

/* Files are parsed while others fork: an edit every millisecond. */
static void *edit_on(void *unused)
{
	const char *path = family_path("fork-threads");
	char text[512];

	for (unsigned i = 0; !atomic_load(&is_over); i++) {
		snprintf(text, sizeof(text), "%s# %u\n", configuration, i);
		file_replace(path, text);
		mplog_reload();
		pause_us(PACE_US);
	}
	return unused;
}

static _Noreturn void be_child(int i, const char *name)
{
	int r;

	alarm(HANG_SECONDS); /* a child that hangs is a failure, not the end of the test */
	r = mplog_info("child %d", i);
	_exit(r != 0 || strcmp(mplog_process(), name) != 0);
}

/* Announced, plainly, and past all fork handlers. */
static pid_t make_child(int i)
{
	char name[32] = "forker";
	pid_t pid;

	if (i % 3 == 0)
		snprintf(name, sizeof(name), "child-%d", i);
	pid = i % 3 == 0 ? mplog_fork(name) : i % 3 == 1 || UNDER_TSAN ? fork() : _Fork();
	if (pid == 0)
		be_child(i, name);
	ck_assert_int_gt(pid, 0);
	return pid;
}

struct forking {
	int n;
	pid_t *pids;
};

static void *fork_on(void *arg)
{
	struct forking *forking = arg;

	mplog_enter("forker");
	for (int i = 0; i < forking->n + IN_FLIGHT; i++) {
		if (i >= IN_FLIGHT)
			child_exited_well(forking->pids[i - IN_FLIGHT]);
		if (i < forking->n)
			forking->pids[i] = make_child(i);
	}
	mplog_leave();
	return NULL;
}

static void assert_child(const struct journal_entry *entry, const struct forking *forking,
			 bool *seen)
{
	const char *message = journal_value(entry, "MESSAGE");
	const char *process = journal_value(entry, "PROCESS");
	char name[32];
	int i = -1;

	ck_assert_msg(sscanf(message, "child %d", &i) == 1, "%s", message);
	ck_assert(i >= 0 && i < forking->n && !seen[i]);
	seen[i] = true;
	ck_assert_int_eq(atoi(journal_value(entry, "_PID")), forking->pids[i]);
	ck_assert_int_eq(atoi(journal_value(entry, "TID")), forking->pids[i]);
	ck_assert_str_eq(journal_value(entry, "PROCESS_SEQ"), "1");
	snprintf(name, sizeof(name), i % 3 ? "forker" : "child-%d", i);
	ck_assert_str_eq(process, name);
	ck_assert_str_eq(journal_value(entry, "PROCESS_PARENT"), "forker");
}

/* The entries of the noise are many: they are left where they are. */
static void assert_children(const struct forking *forking)
{
	bool *seen = calloc((size_t)forking->n, sizeof(*seen));
	struct journal_entries all =
		journal_read("SYSLOG_IDENTIFIER=fork-threads", "PROCESS_PARENT=forker", NULL);
	int n = 0;

	ck_assert_ptr_nonnull(seen);
	for (size_t i = 0; i < all.n; i++) {
		/* The notice of a reload may come from any process. */
		if (!journal_value(&all.entries[i], "MESSAGE_ID") && ++n)
			assert_child(&all.entries[i], forking, seen);
	}
	ck_assert_int_eq(n, forking->n);
	journal_entries_free(&all);
	free(seen);
}

START_TEST(forks_among_threads)
{
	struct forking forking = { .n = suite_number("MPLOG_TEST_FORKS", FORKS) };
	pthread_t threads[LOGGERS], forker, editor;

	forking.pids = calloc((size_t)forking.n, sizeof(*forking.pids));
	ck_assert_ptr_nonnull(forking.pids);
	family_open("fork-threads", configuration);
	for (int i = 0; i < LOGGERS; i++)
		threads[i] = thread_start(log_on, NULL);
	/* That sanitizer's malloc(3), unlike the C library's, does not survive forks among threads. */
	if (!UNDER_ASAN)
		editor = thread_start(edit_on, NULL);
	forker = thread_start(fork_on, &forking);
	thread_join(forker);
	atomic_store(&is_over, true);
	for (int i = 0; i < LOGGERS; i++)
		thread_join(threads[i]);
	if (!UNDER_ASAN)
		thread_join(editor);
	assert_children(&forking);
	free(forking.pids);
}
END_TEST

/* ---- The parent's other threads -------------------------------------------------------------- */

/* No assertion in the threads and in the child: it would take a lock of Check's, which the fork could
 * leave held. */
static struct line to_thread, from_thread, to_child, from_child;

static void *log_in_parent(void *unused)
{
	mplog_enter("first");
	mplog_leave();
	line_tell_or_exit(&from_thread);
	line_wait_or_exit(&to_thread);
	mplog_enter("second");
	line_tell_or_exit(&from_thread);
	line_wait_or_exit(&to_thread);
	mplog_info("thread of parent");
	mplog_leave();
	return unused;
}

static void *be_quiet_in_child(void *unused)
{
	mplog_enter("quiet");
	mplog_set_level(MPLOG_NONE);
	line_tell_or_exit(&from_child);
	line_wait_or_exit(&to_child);
	mplog_leave();
	return unused;
}

static pid_t fork_a_quiet_thread(void)
{
	const pid_t pid = fork();
	pthread_t thread;

	if (pid == 0) {
		line_wait_or_exit(&to_child);
		if (pthread_create(&thread, NULL, be_quiet_in_child, NULL) != 0)
			_exit(3);
		_exit(pthread_join(thread, NULL) != 0);
	}
	return pid;
}

/* What a thread of the parent keeps for its next scope is nothing for the child's threads. */
START_TEST(threads_of_parent_and_child)
{
	struct journal_entries all;
	pthread_t thread;
	pid_t pid;

	family_open("both-threads", "defaults = { prefix = \"\"; };\n");
	to_thread = line_open(), from_thread = line_open();
	to_child = line_open(), from_child = line_open();
	thread = thread_start(log_in_parent, NULL);
	line_wait(&from_thread);
	pid = fork_a_quiet_thread();
	line_tell(&to_thread);
	line_wait(&from_thread); /* in its second scope */
	line_tell(&to_child);
	line_wait(&from_child); /* in its quiet one */
	line_tell(&to_thread);
	thread_join(thread);
	line_tell(&to_child);
	child_exited_well(pid);
	all = family_read("both-threads");
	ck_assert_said(&all, "thread of parent", "second", "main");
	journal_entries_free(&all);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("fork-threads");
	TCase *tcase = suite_case(suite, "fork-threads", journald_start, NULL);

	tcase_add_test(tcase, forks_among_threads);
	if (!UNDER_TSAN)
		tcase_add_test(tcase, threads_of_parent_and_child);
	return suite_run(suite);
}
