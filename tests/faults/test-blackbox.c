/* SPDX-License-Identifier: MIT */
/* The black box: what a process has logged below its level is in the journal once it is killed, or has
 * logged an error, and not otherwise. MPLOG_TEST_KILLS: how many workers are killed at random moments
 * (50). */
#include "lib/family.h"
#include "lib/suite.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/mman.h>
#include <syslog.h>

static const char blackbox_id[] = "MESSAGE_ID=f4156fc3dd8c420cb7a8306765288e22";
static const char configuration[] =
	"defaults = { level = \"info\"; prefix = \"\"; timeout_ms = 60000;\n"
	"  blackbox = { level = \"debug\"; }; };\n";

enum { CALLS = 10000, USUAL = 300, WORKERS = 50, ERRORS = 5 };

static void debug_call(unsigned i)
{
	(void)mplog_event(MPLOG_DEBUG, MPLOG_FIELDS(MPLOG_F("N", i)), "step %u of the work", i);
}

static void debug_calls(unsigned n)
{
	for (unsigned i = 1; i <= n; i++)
		debug_call(i);
}

static struct journal_entries dumped_of(const char *identifier, const char *process)
{
	char program[80], name[80];

	(void)snprintf(program, sizeof(program), "SYSLOG_IDENTIFIER=%s", identifier);
	(void)snprintf(name, sizeof(name), "PROCESS=%s", process);
	return journal_read(program, name, "MPLOG_BLACKBOX=1", NULL);
}

static size_t notices_of(const char *identifier, const char *process)
{
	char program[80], name[80];

	(void)snprintf(program, sizeof(program), "SYSLOG_IDENTIFIER=%s", identifier);
	(void)snprintf(name, sizeof(name), "PROCESS=%s", process);
	return journal_count(program, name, blackbox_id, NULL);
}

/* All of them are there from the first one on, in order, up to LAST. */
static void check_steps(const struct journal_entries *entries, unsigned last)
{
	unsigned long n;

	ck_assert_uint_gt(entries->n, 0);
	n = journal_number(&entries->entries[0], "N");
	ck_assert_uint_eq(n + entries->n - 1, last);
	for (size_t i = 0; i < entries->n; i++, n++)
		ck_assert_uint_eq(journal_number(&entries->entries[i], "N"), n);
}

static pid_t reap(pid_t pid)
{
	siginfo_t info;

	ck_assert_int_eq(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	ck_assert_int_eq(mplog_reap(pid, NULL), 0);
	(void)child_status(pid);
	return pid;
}

/* ---- Ends ------------------------------------------------------------------------------------ */

static void be_killed(void)
{
	(void)raise(SIGKILL);
}

static void crash(void)
{
	(void)signal(SIGSEGV, SIG_DFL);
	(void)raise(SIGSEGV);
}

static void abort_itself(void)
{
	(void)signal(SIGABRT, SIG_DFL);
	abort();
}

static void end_at_once(void)
{
	_exit(0);
}

static void end_badly(void)
{
	_exit(3);
}

static void end_usually(void)
{
	exit(0);
}

static const struct {
	const char *name;
	void (*end)(void);
	bool is_dumped;
} ends[] = {
	{ "killed", be_killed, true },       { "crashed", crash, true },
	{ "aborted", abort_itself, true },   { "ended-at-once", end_at_once, false },
	{ "ended-badly", end_badly, false }, { "ended-usually", end_usually, false },
};

START_TEST(a_dump_follows_an_end_by_a_signal)
{
	struct journal_entries entries;
	pid_t pid;

	family_open("ends", configuration);
	pid = mplog_fork(ends[_i].name);
	if (pid == 0) {
		debug_calls(CALLS);
		ends[_i].end();
	}
	(void)reap(pid);
	mplog_close();
	entries = dumped_of("ends", ends[_i].name);
	ck_assert_uint_eq(notices_of("ends", ends[_i].name), ends[_i].is_dumped);
	if (!ends[_i].is_dumped) {
		ck_assert_uint_eq(entries.n, 0);
		return;
	}
	ck_assert_uint_ge(entries.n, USUAL);
	check_steps(&entries, CALLS);
	journal_entries_free(&entries);
}
END_TEST

START_TEST(a_record_is_what_it_would_have_been)
{
	char pid_text[16];
	struct journal_entries entries;
	const struct journal_entry *entry;
	pid_t pid;

	family_open("whole", configuration);
	pid = mplog_fork("worker-1");
	if (pid == 0) {
		(void)mplog_set_field("JOB", "17");
		debug_calls(1);
		(void)mplog_errno(MPLOG_DEBUG, ENOENT, "open %s", "file");
		(void)mplog_write(MPLOG_DEBUG, "written", 7);
		(void)mplog(LOG_AUTHPRIV | LOG_DEBUG, "with a facility");
		be_killed();
	}
	(void)reap(pid);
	mplog_close();
	entries = dumped_of("whole", "worker-1");
	ck_assert_uint_eq(entries.n, 4);
	entry = &entries.entries[0];
	(void)snprintf(pid_text, sizeof(pid_text), "%d", pid);
	ck_assert_str_eq(journal_value(entry, "MESSAGE"), "step 1 of the work");
	ck_assert_str_eq(journal_value(entry, "PRIORITY"), "7");
	ck_assert_str_eq(journal_value(entry, "N"), "1");
	ck_assert_str_eq(journal_value(entry, "JOB"), "17");
	ck_assert_str_eq(journal_value(entry, "LOGGER"), "root");
	ck_assert_str_eq(journal_value(entry, "CODE_FUNC"), "debug_call");
	ck_assert_ptr_nonnull(strstr(journal_value(entry, "CODE_FILE"), "test-blackbox.c"));
	ck_assert_uint_gt(journal_number(entry, "CODE_LINE"), 0);
	ck_assert_str_eq(journal_value(entry, "TID"), pid_text);
	ck_assert_str_eq(journal_value(entry, "MPLOG_PID"), pid_text);
	ck_assert_str_eq(journal_value(entry, "PROCESS_PARENT"), "main");
	ck_assert_ptr_nonnull(journal_value(entry, "RUN_ID"));
	ck_assert_ptr_null(journal_value(entry, "PROCESS_SEQ"));
	ck_assert_uint_gt(journal_number(entry, "MPLOG_TIME"), 0);
	ck_assert_str_eq(journal_value(&entries.entries[1], "MESSAGE"),
			 "open file: No such file or directory");
	ck_assert_str_eq(journal_value(&entries.entries[1], "ERRNO"), "2");
	ck_assert_str_eq(journal_value(&entries.entries[2], "MESSAGE"), "written");
	ck_assert_str_eq(journal_value(&entries.entries[3], "SYSLOG_FACILITY"), "10");
	journal_entries_free(&entries);
}
END_TEST

START_TEST(a_status_that_was_taken_already)
{
	struct journal_entries entries;
	const pid_t pid = (family_open("reaped", configuration), mplog_fork("worker-1"));

	if (pid == 0) {
		debug_calls(3);
		be_killed();
	}
	ck_assert_int_eq(mplog_reaped(pid, child_status(pid), NULL), 0);
	mplog_close();
	entries = dumped_of("reaped", "worker-1");
	check_steps(&entries, 3);
	journal_entries_free(&entries);
}
END_TEST

/* Its parent is killed too, and no process waits for it: the next record of any process has it dumped. */
START_TEST(a_grandchild_is_dumped_by_the_next_process_that_logs)
{
	struct journal_entries entries;
	pid_t pid;

	family_open("adopted", configuration);
	pid = mplog_fork("child");
	if (pid == 0) {
		const pid_t grandchild = mplog_fork("grandchild");

		if (grandchild == 0) {
			debug_calls(20);
			be_killed();
		}
		(void)child_status(grandchild);
		debug_calls(5);
		be_killed();
	}
	(void)child_status(pid);
	while (notices_of("adopted", "child") == 0) { /* a look once a second */
		const struct timespec nap = { .tv_nsec = 20000000 };

		(void)mplog_info("still here");
		(void)nanosleep(&nap, NULL);
	}
	entries = dumped_of("adopted", "grandchild");
	check_steps(&entries, 20);
	journal_entries_free(&entries);
	entries = dumped_of("adopted", "child");
	check_steps(&entries, 5);
	journal_entries_free(&entries);
	mplog_close();
	ck_assert_uint_eq(notices_of("adopted", "grandchild"), 1);
}
END_TEST

static void *work_in_scope(void *argument)
{
	(void)mplog_enter("job");
	(void)mplog_set_field("PART", "thread");
	debug_calls(4);
	be_killed();
	return argument;
}

START_TEST(a_scope_in_a_thread)
{
	struct journal_entries entries;
	pid_t pid;

	family_open("scoped", configuration);
	pid = mplog_fork("worker-1");
	if (pid == 0) {
		pthread_t thread;

		debug_calls(2);
		(void)pthread_create(&thread, NULL, work_in_scope, NULL);
		(void)pthread_join(thread, NULL);
	}
	(void)reap(pid);
	mplog_close();
	entries = dumped_of("scoped", "job");
	check_steps(&entries, 4);
	ck_assert_str_eq(journal_value(&entries.entries[0], "PROCESS_PARENT"), "worker-1");
	ck_assert_str_eq(journal_value(&entries.entries[0], "PART"), "thread");
	journal_entries_free(&entries);
	entries = dumped_of("scoped", "worker-1");
	check_steps(&entries, 2);
	journal_entries_free(&entries);
}
END_TEST

/* ---- While it lives --------------------------------------------------------------------------- */

START_TEST(an_error_has_its_past_before_it_and_each_record_once)
{
	struct mplog_stats stats = { .size = sizeof(stats) };
	struct journal_entries all;
	unsigned expected = 1;

	family_open("errors", configuration);
	for (unsigned e = 1; e <= ERRORS; e++) {
		for (unsigned i = 0; i < 100; i++)
			debug_call((e - 1) * 100 + i + 1);
		(void)mplog_err("error %u", e);
	}
	ck_assert_int_eq(mplog_get_stats(&stats), 0);
	ck_assert_uint_eq(stats.called, ERRORS);
	ck_assert_uint_eq(stats.sent, ERRORS);
	mplog_close();
	all = family_read("errors");
	ck_assert_uint_eq(all.n, ERRORS * 102);
	for (size_t i = 0; i < all.n; i++) {
		const size_t place = i % 102;

		if (place == 0)
			ck_assert_str_eq(journal_value(&all.entries[i], "MPLOG_RECORDS"), "100");
		else if (place == 101)
			ck_assert_str_eq(journal_value(&all.entries[i], "PRIORITY"), "3");
		else
			ck_assert_uint_eq(journal_number(&all.entries[i], "N"), expected++);
	}
	journal_entries_free(&all);
}
END_TEST

START_TEST(it_is_switched_on_and_off_in_running_processes)
{
	static const char off[] =
		"defaults = { level = \"info\"; prefix = \"\"; timeout_ms = 60000; };\n";
	struct journal_entries entries;

	family_open("switched", off);
	ck_assert(!mplog_enabled(MPLOG_DEBUG) || mplog_debug("not kept") == 0);
	file_write(family_path("switched"), configuration);
	ck_assert_int_eq(mplog_reload(), 0);
	ck_assert(mplog_enabled(MPLOG_DEBUG));
	debug_calls(3);
	file_write(family_path("switched"), off);
	ck_assert_int_eq(mplog_reload(), 0);
	ck_assert(!mplog_enabled(MPLOG_DEBUG));
	(void)mplog_debug("not kept");
	ck_assert_int_eq(mplog_dump(), 0);
	mplog_close();
	entries = dumped_of("switched", "main");
	check_steps(&entries, 3);
	journal_entries_free(&entries);
}
END_TEST

static void dump_and_die(int number)
{
	if (mplog_dump() != 0)
		_exit(9);
	(void)signal(number, SIG_DFL);
	(void)raise(number);
}

START_TEST(a_handler_of_the_program_dumps)
{
	struct journal_entries entries;
	pid_t pid;

	family_open("handler", configuration);
	pid = mplog_fork("worker-1");
	if (pid == 0) {
		(void)signal(SIGSEGV, dump_and_die);
		debug_calls(3);
		(void)raise(SIGSEGV);
	}
	(void)reap(pid);
	mplog_close();
	entries = dumped_of("handler", "worker-1");
	ck_assert_uint_eq(entries.n, 3);
	ck_assert_uint_eq(notices_of("handler", "worker-1"), 1);
	ck_assert_uint_eq(journal_number(&entries.entries[0], "_PID"), (unsigned long)pid);
	journal_entries_free(&entries);
}
END_TEST

/* Neither a message that no level takes, nor one of a process without a black box. */
START_TEST(what_is_below_its_level_is_not_kept)
{
	family_open("below",
		    "defaults = { level = \"warning\"; prefix = \"\";"
		    "  blackbox = { level = \"info\"; dump = \"none\"; }; };\n"
		    "processes = ({ name = \"without\"; blackbox = { level = \"none\"; }; });\n");
	(void)mplog_info("kept");
	(void)mplog_debug("not kept");
	(void)mplog_enter("without");
	ck_assert(!mplog_enabled(MPLOG_INFO));
	(void)mplog_info("not kept");
	mplog_leave();
	(void)mplog_emerg("dumps nothing");
	ck_assert_uint_eq(journal_count("SYSLOG_IDENTIFIER=below", "MPLOG_BLACKBOX=1", NULL), 0);
	ck_assert_int_eq(mplog_dump(), 0);
	ck_assert_int_eq(mplog_dump(), 0);
	mplog_close();
	ck_assert_uint_eq(journal_count("SYSLOG_IDENTIFIER=below", "MPLOG_BLACKBOX=1", NULL), 1);
}
END_TEST

START_TEST(suppressed_records_are_kept)
{
	family_open("suppressed",
		    "defaults = { level = \"info\"; prefix = \"\"; timeout_ms = 60000;"
		    "  rate_limit = { burst = 2; interval_ms = 600000; };"
		    "  blackbox = { level = \"info\"; }; };\n");
	for (int i = 0; i < 10; i++)
		(void)mplog_info("info %d", i);
	ck_assert_int_eq(mplog_dump(), 0);
	mplog_close();
	ck_assert_uint_eq(journal_count("SYSLOG_IDENTIFIER=suppressed", "MPLOG_BLACKBOX=1", NULL),
			  8);
}
END_TEST

/* What a sink does not take until the deadline stays where it is, and comes later. */
START_TEST(a_dump_that_finds_the_sink_full_is_continued)
{
	struct journal_entries entries;
	int r;

	family_open("stuck",
		    "defaults = { level = \"info\"; prefix = \"\"; timeout_ms = 20;"
		    "  echo = false; blackbox = { level = \"debug\"; dump = \"none\"; }; };\n");
	debug_calls(300);
	journald_stop();
	r = mplog_dump();
	ck_assert_int_eq(r, -EAGAIN);
	ck_assert_int_eq(mplog_dump(), -EAGAIN);
	journald_cont();
	while ((r = mplog_dump()) == -EAGAIN)
		journald_sync();
	ck_assert_int_eq(r, 0);
	mplog_close();
	entries = dumped_of("stuck", "main");
	ck_assert_uint_eq(entries.n, 300);
	check_steps(&entries, 300);
	journal_entries_free(&entries);
}
END_TEST

START_TEST(threads_of_a_sealed_process)
{
	family_open("sealed", configuration);
	ck_assert_int_eq(mplog_seal(), 0);
	debug_calls(10);
	ck_assert_int_eq(mplog_dump(), 0);
	mplog_close();
	ck_assert_uint_eq(journal_count("SYSLOG_IDENTIFIER=sealed", "MPLOG_BLACKBOX=1", NULL), 10);
}
END_TEST

/* ---- Many ------------------------------------------------------------------------------------- */

/* Each worker notes the number of its last call that has returned. */
static _Atomic unsigned *progress;

static void work_until_killed(unsigned worker)
{
	for (unsigned i = 1;; i++) {
		debug_call(i);
		atomic_store(&progress[worker], i);
	}
}

START_TEST(workers_killed_at_random_moments)
{
	const unsigned workers = (unsigned)suite_number("MPLOG_TEST_KILLS", WORKERS);
	unsigned torn = 0;
	char name[32];

	void *shared = mmap(NULL, workers * sizeof(*progress), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(shared, MAP_FAILED);
	progress = shared;
	family_open("random", configuration);
	for (unsigned i = 0; i < workers; i++) {
		const struct timespec nap = { .tv_nsec = (long)(i * 7919 % 1000) * 1000 };
		pid_t pid;

		(void)snprintf(name, sizeof(name), "worker-%u", i);
		pid = mplog_fork(name);
		if (pid == 0)
			work_until_killed(i);
		while (atomic_load(&progress[i]) == 0)
			(void)sched_yield();
		(void)nanosleep(&nap, NULL);
		ck_assert_int_eq(kill(pid, SIGKILL), 0);
		(void)reap(pid);
	}
	mplog_close();
	for (unsigned i = 0; i < workers; i++) {
		struct journal_entries entries;
		unsigned long last;

		(void)snprintf(name, sizeof(name), "worker-%u", i);
		ck_assert_uint_eq(notices_of("random", name), 1);
		entries = dumped_of("random", name);
		ck_assert_uint_gt(entries.n, 0);
		last = journal_number(&entries.entries[entries.n - 1], "N");
		ck_assert_uint_ge(last, atomic_load(&progress[i]));
		check_steps(&entries, (unsigned)last);
		torn += last > atomic_load(&progress[i]) + 1;
		journal_entries_free(&entries);
	}
	ck_assert_uint_eq(torn, 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("blackbox");
	TCase *tcase = suite_case(suite, "blackbox", journald_start, NULL);

	tcase_add_loop_test(tcase, a_dump_follows_an_end_by_a_signal, 0,
			    (int)(sizeof(ends) / sizeof(ends[0])));
	tcase_add_test(tcase, a_record_is_what_it_would_have_been);
	tcase_add_test(tcase, a_status_that_was_taken_already);
	tcase_add_test(tcase, a_grandchild_is_dumped_by_the_next_process_that_logs);
	tcase_add_test(tcase, a_scope_in_a_thread);
	tcase_add_test(tcase, an_error_has_its_past_before_it_and_each_record_once);
	tcase_add_test(tcase, it_is_switched_on_and_off_in_running_processes);
	tcase_add_test(tcase, a_handler_of_the_program_dumps);
	tcase_add_test(tcase, what_is_below_its_level_is_not_kept);
	tcase_add_test(tcase, suppressed_records_are_kept);
	tcase_add_test(tcase, a_dump_that_finds_the_sink_full_is_continued);
	tcase_add_test(tcase, threads_of_a_sealed_process);
	tcase_add_test(tcase, workers_killed_at_random_moments);
	return suite_run(suite);
}
